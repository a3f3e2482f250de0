/** API keys from {@code .env} files, {@code .properties} files and the environment. */
@SuppressWarnings("module") // the command line is built after this module
module io.keyward.config {
    requires transitive io.keyward;
    requires transitive io.smallrye.config;
    requires io.smallrye.config.common;
    requires org.eclipse.microprofile.config;
    requires org.slf4j;
    requires static org.jspecify;

    exports io.keyward.config;
    exports io.keyward.env to
            io.keyward.cli;
}
