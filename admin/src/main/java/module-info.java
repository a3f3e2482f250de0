/** A servlet that issues, lists, rotates and revokes API keys over HTTP. */
module io.keyward.admin {
    requires transitive io.keyward;
    requires transitive jakarta.servlet;
    requires jakarta.json;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.keyward.admin;
}
