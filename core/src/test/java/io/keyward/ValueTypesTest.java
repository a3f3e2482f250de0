package io.keyward;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.role.Permission;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every type that has a secret in it, or near it. */
class ValueTypesTest {
    private static final ApiKey KEY = TestKeys.newKey();
    private static final KeyHash HASH = TestKeys.SHA256.hash(KEY);
    private static final ApiKeyRecord RECORD = TestKeys.recordOf(KEY)
            .owner("alice")
            .name("build")
            .roles("client")
            .permissions(Set.of(Permission.of("jobs:read")))
            .metadata(Map.of("team", "lab"))
            .build();
    private static final KeyRing RING =
            KeyRing.builder().roles(RoleModel.of(Role.of("client"))).add(RECORD).build();
    private static final LiveKeyRing LIVE = LiveKeyRing.of(RING);
    private static final ApiKeyVerifier VERIFIER = ApiKeyVerifier.of(LIVE);
    private static final Verification ACCEPTED = VERIFIER.verify(KEY.reveal());

    static List<Object> holders() {
        return List.of(
                KEY,
                HASH,
                HashedSecret.of(HASH),
                RECORD,
                RECORD.toBuilder(),
                RING,
                LIVE,
                VERIFIER,
                TestKeys.SHA256,
                KeyHasher.hmacSha256("p", new byte[32]),
                TestKeys.GENERATOR,
                ACCEPTED,
                ((Verification.Accepted) ACCEPTED).principal(),
                ((Verification.Accepted) ACCEPTED).principal().grants());
    }

    private static void assertHoldsNoSecret(String shown) {
        String text = KEY.reveal();
        String hash = HASH.reveal().substring("sha256:".length());
        for (int i = 16; i + 8 <= text.length(); i++) {
            assertFalse(shown.contains(text.substring(i, i + 8)), "part of the key shows");
        }
        for (int i = 0; i + 8 <= hash.length(); i++) {
            assertFalse(shown.contains(hash.substring(i, i + 8)), "part of the hash shows");
        }
    }

    @ParameterizedTest
    @MethodSource("holders")
    @DisplayName("LE-01, G4 no text of an object shows a secret")
    void showsNoSecret(Object holder) {
        assertHoldsNoSecret(holder + String.format("%s", holder) + List.of(holder));
    }

    @ParameterizedTest
    @MethodSource("holders")
    @DisplayName("LE-02, G4 no walk over public accessors finds a secret, but by reveal")
    void givesNoSecretToAWalk(Object holder) {
        StringBuilder seen = new StringBuilder();
        walk(holder, 6, seen, Collections.newSetFromMap(new IdentityHashMap<>()));
        assertHoldsNoSecret(seen.toString());
    }

    /** Calls every public method without parameters that a serializer might, and those of what comes back. */
    private static void walk(Object at, int depth, StringBuilder seen, Set<Object> been) {
        if (at == null || depth == 0 || !been.add(at)) {
            return;
        }
        seen.append(at).append('\n');
        if (at.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(at); i++) {
                walk(Array.get(at, i), depth - 1, seen, been);
            }
        } else if (at instanceof Iterable<?> several) {
            several.forEach(one -> walk(one, depth - 1, seen, been));
        } else if (at.getClass().getName().startsWith("io.keyward.")) {
            for (Method method : at.getClass().getMethods()) {
                boolean accessor = method.getParameterCount() == 0
                        && !Modifier.isStatic(method.getModifiers())
                        && method.getReturnType() != void.class
                        && !Set.of("reveal", "generate", "newId", "build").contains(method.getName())
                        && method.getDeclaringClass() != Object.class;
                if (accessor) {
                    walk(call(at, method), depth - 1, seen, been);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("holders")
    @DisplayName("LE-02, G4 no library that writes the fields of any object, such as Gson, finds a secret")
    void givesNoSecretToAWalkOverFields(Object holder) throws Exception {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        walkFields(holder, seen);

        List<Long> words = List.of(HASH.word0, HASH.word1, HASH.word2, HASH.word3);
        for (Object one : seen) {
            assertFalse(one instanceof String text && text.equals(KEY.reveal()), "the key is in a field");
            assertFalse(one instanceof Long word && words.contains(word), "a part of the hash is in a field");
            assertFalse(one instanceof SecretKey, "a pepper is in a field");
        }
    }

    /** Visits every field that is neither static nor transient, as these libraries do. */
    private static void walkFields(Object at, Set<Object> seen) throws IllegalAccessException {
        if (at == null || !seen.add(at)) {
            return;
        }
        if (at.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(at); i++) {
                walkFields(Array.get(at, i), seen);
            }
        } else if (at instanceof Map<?, ?> map) {
            walkFields(List.copyOf(map.keySet()), seen);
            walkFields(List.copyOf(map.values()), seen);
        } else if (at instanceof Iterable<?> several) {
            for (Object one : several) {
                walkFields(one, seen);
            }
        } else if (at.getClass().getName().startsWith("io.keyward.")) {
            for (Class<?> type = at.getClass(); type != null; type = type.getSuperclass()) {
                for (Field field : type.getDeclaredFields()) {
                    int modifiers = field.getModifiers();
                    boolean ours = type.getName().startsWith("io.keyward.") && !field.isSynthetic();
                    if (ours && !Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers)) {
                        field.setAccessible(true);
                        walkFields(field.get(at), seen);
                    }
                }
            }
        }
    }

    private static Object call(Object at, Method method) {
        try {
            method.setAccessible(true);
            return method.invoke(at);
        } catch (InvocationTargetException | IllegalAccessException e) {
            throw new AssertionError(method.toString(), e);
        }
    }

    @ParameterizedTest
    @MethodSource("holders")
    @DisplayName("LE-03, G4 nothing can be serialized")
    void cannotBeSerialized(Object holder) throws Exception {
        try (ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
            assertThrows(NotSerializableException.class, () -> out.writeObject(holder));
        }
    }

    @Test
    @DisplayName("LE-04, G4 no exception about a key, hash or record says what it was")
    void exceptionsHoldNoSecret() {
        String text = KEY.reveal();
        List<Runnable> failing = List.of(
                () -> ApiKey.of(text + " "),
                () -> ApiKey.of(text.repeat(6)),
                () -> TestKeys.FORMAT.parse(text + "x"),
                () -> TestKeys.FORMAT.parse(text.substring(0, 51) + "-"),
                () -> KeyFormat.of("other").parse(text),
                () -> KeyFormat.of("other").idOf(KEY),
                () -> KeyFormat.of(text),
                () -> KeyHash.parse(text),
                () -> KeyHash.parse(HASH.reveal() + "0"),
                () -> KeyHash.parse("md5:" + HASH.reveal()),
                () -> KeyHasher.hmacSha256(text, new byte[32]),
                () -> TestKeys.GENERATOR.generate(text),
                () -> ApiKeyRecord.builder(text + "-"),
                () -> ApiKeyRecord.builder(HASH.reveal()),
                () -> KeyRing.of(RECORD, RECORD.toBuilder().roles("ghost").build()),
                () -> KeyRing.of(
                        ApiKeyRecord.builder("a").hash(HASH).build(),
                        ApiKeyRecord.builder("b").hash(HASH).build()),
                () -> KeyRing.of(ApiKeyRecord.builder("a")
                        .secrets(List.of(new HashedSecret(HASH, Instant.EPOCH, Instant.EPOCH)))
                        .build()));
        for (Runnable each : failing) {
            Throwable thrown = assertThrows(IllegalArgumentException.class, each::run);
            for (; thrown != null; thrown = thrown.getCause()) {
                assertHoldsNoSecret(thrown.toString());
            }
        }
    }

    @Nested
    class Records {
        @Test
        @DisplayName("AP-03 collections changed after they were given have no effect")
        void copiesWhatItIsGiven() {
            List<String> roles = new ArrayList<>(List.of("client"));
            Set<Permission> permissions = new HashSet<>(Set.of(Permission.of("a")));
            List<HashedSecret> secrets = new ArrayList<>(List.of(HashedSecret.of(HASH)));
            Map<String, String> metadata = new HashMap<>(Map.of("team", "lab"));
            ApiKeyRecord.Builder builder = ApiKeyRecord.builder("a")
                    .roles(roles)
                    .permissions(permissions)
                    .secrets(secrets)
                    .metadata(metadata);
            roles.add("admin");
            permissions.add(Permission.of("b"));
            secrets.clear();
            metadata.put("x", "y");
            ApiKeyRecord record = builder.build();
            assertEquals(Set.of("client"), record.roles());
            assertEquals(Set.of(Permission.of("a")), record.permissions());
            assertEquals(1, record.secrets().size());
            assertEquals(Map.of("team", "lab"), record.metadata());
        }

        @Test
        @DisplayName("AP-04 collections handed out cannot be changed")
        void handsOutNothingThatCanBeChanged() {
            ApiKeyPrincipal principal = ((Verification.Accepted) ACCEPTED).principal();
            for (Set<?> set : List.of(
                    RECORD.roles(),
                    RECORD.permissions(),
                    principal.roles(),
                    principal.effectiveRoles(),
                    principal.permissions())) {
                assertThrows(UnsupportedOperationException.class, set::clear);
            }
            assertThrows(
                    UnsupportedOperationException.class, () -> RECORD.secrets().clear());
            assertThrows(
                    UnsupportedOperationException.class, () -> RECORD.metadata().clear());
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> principal.metadata().clear());
        }

        @Test
        @DisplayName("AP-05 records are equal by all components")
        void isEqualByAllComponents() {
            assertEquals(RECORD, RECORD.toBuilder().build());
            assertEquals(RECORD.hashCode(), RECORD.toBuilder().build().hashCode());
            for (ApiKeyRecord other : List.of(
                    RECORD.toBuilder().owner("bob").build(),
                    RECORD.toBuilder().name(null).build(),
                    RECORD.toBuilder().roles().build(),
                    RECORD.toBuilder().permissions(Set.of()).build(),
                    RECORD.toBuilder().state(KeyState.DISABLED).build(),
                    RECORD.toBuilder().metadata(Map.of()).build(),
                    RECORD.toBuilder().version(7).build(),
                    RECORD.toBuilder()
                            .hash(TestKeys.SHA256.hash(TestKeys.newKey()))
                            .build())) {
                assertNotEquals(RECORD, other);
            }
        }

        @ParameterizedTest
        @DisplayName("CL-08 owner and name are one line of text")
        @ValueSource(strings = {"", " ", "a\nb", "a\rb", "a\u0000b", "a\u2028b", "a\u202eb", "a\u001b[31m", "\ud800"})
        void refusesTextThatIsNoLine(String text) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> ApiKeyRecord.builder("a").owner(text));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> ApiKeyRecord.builder("a").name(text));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> ApiKeyRecord.builder("a").metadata(Map.of("k", text)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "A", "a-b", "a b", "a.b", "a\n", "ä"})
        void refusesIdOfAnotherForm(String id) {
            assertThrows(IllegalArgumentException.class, () -> ApiKeyRecord.builder(id));
        }

        @Test
        void refusesTooMuchOfAnything() {
            HashedSecret secret = HashedSecret.of(HASH);
            ApiKeyRecord.Builder builder = ApiKeyRecord.builder("a");
            assertThrows(IllegalArgumentException.class, () -> builder.secrets(List.of(secret, secret, secret)));
            assertThrows(IllegalArgumentException.class, () -> builder.owner("x".repeat(201)));
            assertThrows(IllegalArgumentException.class, () -> builder.version(-1));
            assertThrows(IllegalArgumentException.class, builder::build);
            assertThrows(IllegalArgumentException.class, () -> builder.metadata(Map.of("k", "x".repeat(513))));
            assertThrows(IllegalArgumentException.class, () -> ApiKeyRecord.builder("a".repeat(65)));
        }

        @Test
        void builderMakesIndependentRecords() {
            ApiKeyRecord.Builder builder = ApiKeyRecord.builder("a").hash(HASH).roles("client");
            ApiKeyRecord first = builder.build();
            ApiKeyRecord second = builder.roles("admin").build();
            assertEquals(Set.of("client"), first.roles());
            assertEquals(Set.of("admin"), second.roles());
        }
    }

    @Test
    @DisplayName("AP-05 principals are equal by id, whatever they may do")
    void principalsAreEqualById() {
        ApiKeyPrincipal principal = ((Verification.Accepted) ACCEPTED).principal();
        ApiKeyPrincipal other = ((Verification.Accepted)
                        ApiKeyVerifier.of(KeyRing.of(RECORD.toBuilder().roles().build()))
                                .verify(KEY.reveal()))
                .principal();
        assertEquals(principal, other);
        assertEquals(principal.hashCode(), other.hashCode());
        assertTrue(principal.hasRole("client"));
        assertFalse(other.hasRole("client"));
    }
}
