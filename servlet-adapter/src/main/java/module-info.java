/** A servlet filter that lets the right API key in: extraction, rules, 401 and 403, principal and roles. */
module io.keyward.servlet {
    requires transitive io.keyward;
    requires transitive jakarta.servlet;
    requires transitive org.slf4j;
    requires static jakarta.annotation;
    requires static transitive org.jspecify;

    exports io.keyward.servlet;
}
