/**
 * Helpers for tests of services with API keys: throw-away keys, a clock that a test moves, the contract of stores, a
 * recording listener.
 */
module io.keyward.testing {
    requires transitive io.keyward;
    requires transitive org.junit.jupiter.api;
    requires static org.jspecify;

    exports io.keyward.testing;

    // the tests of the contract are not API, so they are not public
    opens io.keyward.testing to
            org.junit.platform.commons;
}
