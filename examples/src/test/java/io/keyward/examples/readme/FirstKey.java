package io.keyward.examples.readme;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyFormat;
import io.keyward.KeyHash;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.Verification;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;

public class FirstKey {
    public static void main(String[] args) {
        ApiKey key = ApiKeyGenerator.of(KeyFormat.of("acme_live")).generate(); // show it to its holder, once
        KeyHash hash = KeyHasher.sha256().hash(key); // keep only this

        KeyRing ring = KeyRing.builder()
                .roles(RoleModel.of(Role.of("client").permitting("jobs:submit")))
                .add(ApiKeyRecord.builder("alice").roles("client").hash(hash).build())
                .build();
        ApiKeyVerifier verifier = ApiKeyVerifier.of(ring);

        if (verifier.verify(key.reveal()) instanceof Verification.Accepted accepted) {
            System.out.println("hello " + accepted.principal().id());
        }
    }
}
