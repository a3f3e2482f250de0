/** API keys for Java services: key text, hashing, the key ring, the verifier, the role model and the life of a key. */
module io.keyward {
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.keyward;
    exports io.keyward.role;
    exports io.keyward.store;
}
