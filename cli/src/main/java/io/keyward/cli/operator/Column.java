package io.keyward.cli.operator;

import java.util.List;

/** The columns of a table of keys, by the names that {@code list --columns} takes. */
enum Column {
    id("ID"),
    state("STATE"),
    roles("ROLES"),
    permissions("PERMISSIONS"),
    owner("OWNER"),
    name("NAME"),
    begins("BEGINS"),
    ends("EXPIRES"),
    oldEnds("OLD SECRET UNTIL"),
    secret("SECRET NO."),
    created("CREATED"),
    createdBy("CREATED BY"),
    changed("CHANGED"),
    changedBy("CHANGED BY"),
    revoked("REVOKED"),
    revokedBy("REVOKED BY");

    /** The columns that the table has by default. */
    static final List<Column> USUAL = List.of(id, state, roles, owner, name, ends);

    private final String heading;

    Column(String heading) {
        this.heading = heading;
    }

    String heading() {
        return heading;
    }
}
