package io.keyward;

import io.keyward.Verification.Rejected;

/** One scheme that a ring has hashes of: how to hash a presented text by it, and what the hash means. */
record Scheme(KeyHasher hasher, HashIndex index) {
    /**
     * Looks a presented text up: hashes it once and probes once.
     *
     * @param presented {@value ApiKey#MIN_LENGTH} to {@value ApiKey#MAX_LENGTH} characters
     * @return the answer stored for it; else {@link Rejected#MALFORMED} for a text that cannot be a key or has wrong
     *     check digits, {@link Rejected#UNKNOWN} for any other
     */
    Object look(String presented) {
        Object[] kit = hasher.pool.take();
        int length = presented.length();
        Object answer = PresentedText.copy(presented, kit) ? answerFor(kit, length) : Rejected.MALFORMED;
        PresentedText.wipe(kit, length);
        hasher.pool.giveBack(kit);
        return answer;
    }

    private Object answerFor(Object[] kit, int length) {
        hasher.digest(kit, length);
        Object answer = index.find(
                EnginePool.word(kit, 0), EnginePool.word(kit, 1), EnginePool.word(kit, 2), EnginePool.word(kit, 3));
        return answer == Rejected.UNKNOWN && PresentedText.isMistyped(kit, length) ? Rejected.MALFORMED : answer;
    }
}
