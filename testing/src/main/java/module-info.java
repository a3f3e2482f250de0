/** What tests of services with API keys need: throw-away keys and a clock to advance. */
module io.keyward.testing {
    requires transitive io.keyward;
    requires transitive org.junit.jupiter.api;
    requires static org.jspecify;

    exports io.keyward.testing;
}
