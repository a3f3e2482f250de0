/**
 * What tests of services with API keys need: throw-away keys, a clock to move, the contract of stores, a recording
 * listener.
 */
module io.keyward.testing {
    requires transitive io.keyward;
    requires transitive org.junit.jupiter.api;
    requires static org.jspecify;

    exports io.keyward.testing;

    // the contract's tests are no API, so they are not public
    opens io.keyward.testing to
            org.junit.platform.commons;
}
