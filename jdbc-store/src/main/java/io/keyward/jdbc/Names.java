package io.keyward.jdbc;

import java.util.regex.Pattern;

/**
 * Puts the names of the schema and its tables into statements, which are written with the default names.
 *
 * @param schema the name used for {@code keyward}
 * @param prefix the prefix used for {@code keyward_}
 */
record Names(String schema, String prefix) {
    /** A name is put into statements without quotes, because H2 has several rules for the case of unquoted names. */
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,30}");

    private static final Pattern PREFIX_IN_SQL = Pattern.compile("\\bkeyward_");
    private static final Pattern SCHEMA_IN_SQL = Pattern.compile("\\bkeyward\\b");

    // after the patterns, which its constructor needs
    static final Names DEFAULT = new Names("keyward", "keyward_");

    Names {
        requireName("schema", schema);
        requireName("table prefix", prefix);
    }

    private static void requireName(String what, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    what + " must be 1 to 31 of a-z 0-9 _, the first a letter, so that it needs no quotes");
        }
    }

    String in(String sql) {
        if (equals(DEFAULT)) {
            return sql;
        }
        // the prefix is replaced first, so that a schema name that contains "keyward" stays as it is
        String apart = PREFIX_IN_SQL.matcher(sql).replaceAll("\0");
        return SCHEMA_IN_SQL.matcher(apart).replaceAll(schema).replace("\0", prefix);
    }
}
