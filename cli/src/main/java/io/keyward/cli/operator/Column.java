package io.keyward.cli.operator;

import io.keyward.HashedSecret;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The columns of a table of keys, by the names that {@code list --columns} takes. */
enum Column {
    id("ID", text -> text.record().id()),
    state("STATE", RecordText::state),
    roles("ROLES", text -> RecordText.joined(text.record().roles())),
    permissions("PERMISSIONS", text -> RecordText.joined(text.record().permissions())),
    owner("OWNER", text -> text.record().owner()),
    name("NAME", text -> text.record().name()),
    begins("BEGINS", text -> text.record().current().notBefore()),
    ends("EXPIRES", text -> Objects.requireNonNullElse(text.record().current().expiresAt(), "never")),
    oldEnds(
            "OLD SECRET UNTIL",
            text -> text.record().retiring().map(HashedSecret::expiresAt).orElse(null)),
    secret("SECRET NO.", text -> text.record().current().ordinal()),
    created("CREATED", text -> text.record().createdAt()),
    createdBy("CREATED BY", text -> text.record().createdBy()),
    changed("CHANGED", text -> text.record().changedAt()),
    changedBy("CHANGED BY", text -> text.record().changedBy()),
    revoked("REVOKED", text -> text.isRevoked() ? text.record().changedAt() : null),
    revokedBy("REVOKED BY", text -> text.isRevoked() ? text.record().changedBy() : null),
    used("LAST USED", RecordText::lastUsed),
    oldUsed("OLD SECRET USED", RecordText::oldLastUsed);

    /** The columns that the table has by default. */
    static final List<Column> USUAL = List.of(id, state, roles, owner, name, ends);

    private final String heading;

    @SuppressWarnings("ImmutableEnumChecker") // the lambdas above have no state
    private final Function<RecordText, @Nullable Object> cell;

    Column(String heading, Function<RecordText, @Nullable Object> cell) {
        this.heading = heading;
        this.cell = cell;
    }

    String heading() {
        return heading;
    }

    @Nullable
    Object cellOf(RecordText text) {
        return cell.apply(text);
    }
}
