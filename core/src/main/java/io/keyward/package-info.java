/**
 * API keys: their text, their hashes, the ring of those in force, and the verifier that checks what a caller presents.
 *
 * <p>Start with {@link io.keyward.ApiKeyVerifier}, which answers one question about one presented text, and
 * {@link io.keyward.KeyRing}, the immutable set of keys it answers from. {@link io.keyward.ApiKeyGenerator} makes keys,
 * {@link io.keyward.KeyHasher} turns them into what may be stored. How keys are issued, rotated and revoked is in
 * {@code io.keyward.store}.
 *
 * <p>Key text, hash, ring and verifier share this package so that the bytes of a secret pass between them without a
 * public accessor.
 */
@NullMarked
package io.keyward;

import org.jspecify.annotations.NullMarked;
