package io.keyward.spring.security.test;

import io.keyward.ApiKey;
import io.keyward.ApiKeyGenerator;
import io.keyward.ApiKeyRecord;
import io.keyward.ApiKeyVerifier;
import io.keyward.KeyFormat;
import io.keyward.KeyHasher;
import io.keyward.KeyRing;
import io.keyward.Verification;
import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import io.keyward.spring.security.ApiKeyAuthentication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates authentications as the filter does: a verifier accepts a key of its ring. */
final class MockApiKey {
    private static final ApiKeyGenerator GENERATOR = ApiKeyGenerator.of(KeyFormat.of("kw_test"));

    private MockApiKey() {}

    static ApiKeyAuthentication authentication(
            String id,
            @Nullable String owner,
            List<String> roles,
            List<String> permissions,
            @Nullable RoleModel model) {
        ApiKey key = GENERATOR.generate();
        ApiKeyRecord.Builder record = ApiKeyRecord.builder(id)
                .hash(KeyHasher.sha256().hash(key))
                .owner(owner)
                .roles(roles)
                .permissions(permissions.stream().map(Permission::of).toList());
        RoleModel declared = model == null ? rolesNamed(roles) : model;
        KeyRing ring = KeyRing.builder().roles(declared).add(record.build()).build();
        Verification verification = ApiKeyVerifier.of(ring).verify(key.reveal());
        if (verification instanceof Verification.Accepted accepted) {
            return ApiKeyAuthentication.of(accepted.principal(), declared);
        }
        throw new IllegalStateException("a new key was not accepted: " + verification);
    }

    private static RoleModel rolesNamed(List<String> roles) {
        return RoleModel.of(roles.stream().distinct().map(Role::of).toList());
    }
}
