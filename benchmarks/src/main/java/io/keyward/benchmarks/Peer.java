package io.keyward.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keyward.ApiKeyVerifier;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.MessageDigestPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.crypto.password.Pbkdf2PasswordEncoder;
import org.springframework.security.crypto.password.StandardPasswordEncoder;

/**
 * A way to check API keys that a Java service might take, in the form in which one would write it.
 *
 * <p>Public because the code that JMH generates names it.
 */
@SuppressWarnings(
        "deprecation") // Spring deprecates its fast encoders for passwords; for keys they are the fitting ones
public enum Peer {
    KEYWARD("Keyward", "", Peer.MANY) {
        @Override
        KeyCheck over(String[] keys) {
            ApiKeyVerifier verifier = ApiKeyVerifier.of(SampleKeys.ring(keys, record -> record));
            return presented -> verifier.verify(presented).isAccepted();
        }
    },
    HEX_HASH_MAP(
            "JDK hex digest + `HashMap`",
            "compares with `String.equals`, which stops at the first difference; no expiry, no reason for a refusal; makes"
                    + " garbage with each request",
            Peer.MANY) {
        @Override
        KeyCheck over(String[] keys) {
            return mapped(keys, Peer::hexDigest);
        }
    },
    COMMONS_CODEC(
            "commons-codec `DigestUtils.sha256Hex` + `HashMap`", "as the JDK hex digest, in one line less", Peer.MANY) {
        @Override
        KeyCheck over(String[] keys) {
            return mapped(keys, DigestUtils::sha256Hex);
        }
    },
    LINEAR_SCAN(
            "constant-time scan of a list of hashes",
            "nothing of a key's life; the time grows with the number of keys, and all of it is spent for a stranger too",
            1_000_000) {
        @Override
        KeyCheck over(String[] keys) {
            List<byte[]> hashes = Arrays.stream(keys).map(Peer::digest).toList();
            return presented -> {
                byte[] hash = digest(presented);
                boolean found = false;
                for (byte[] known : hashes) {
                    found |= MessageDigest.isEqual(known, hash);
                }
                return found;
            };
        }
    },
    PLAINTEXT_SET(
            "plaintext `HashSet` (insecure)",
            "hashes nothing: anyone who reads the memory, the file or the table has every key; compares with `String.equals`."
                    + " Here only as the lower bound",
            Peer.MANY) {
        @Override
        KeyCheck over(String[] keys) {
            // a string keeps its hash code and gives it to its copies; one of a request has none, so these have none
            Set<String> known = Arrays.stream(keys).map(String::new).collect(Collectors.toCollection(HashSet::new));
            return presented -> known.contains(new String(presented));
        }
    },
    SPRING_BCRYPT(
            "Spring Security `BCryptPasswordEncoder`, strength 10, by key id",
            "needs an id in the key; slow on purpose, which protects short passwords and gives a 178-bit key nothing; an"
                    + " unknown id is told apart by its speed",
            Peer.FEW) {
        @Override
        KeyCheck over(String[] keys) {
            return encoded(keys, new BCryptPasswordEncoder(10));
        }
    },
    SPRING_PBKDF2(
            "Spring Security `Pbkdf2PasswordEncoder`, its defaults, by key id",
            "as bcrypt: 310 000 rounds for a secret that nobody can guess",
            Peer.FEW) {
        @Override
        KeyCheck over(String[] keys) {
            return encoded(keys, Pbkdf2PasswordEncoder.defaultsForSpringSecurity_v5_8());
        }
    },
    SPRING_SHA256(
            "Spring Security `{sha256}` (`StandardPasswordEncoder`), delegating, by key id",
            "needs an id in the key; 1 024 rounds; deprecated; an unknown id is told apart by its speed",
            Peer.SOME) {
        @Override
        KeyCheck over(String[] keys) {
            return encoded(keys, delegatingTo("sha256", new StandardPasswordEncoder()));
        }
    },
    SPRING_DIGEST(
            "Spring Security `{SHA-256}` (`MessageDigestPasswordEncoder`), delegating, by key id",
            "needs an id in the key; deprecated; an unknown id is told apart by its speed",
            Peer.SOME) {
        @Override
        KeyCheck over(String[] keys) {
            return encoded(keys, delegatingTo("SHA-256", new MessageDigestPasswordEncoder("SHA-256")));
        }
    },
    PAC4J(
            "pac4j `HeaderClient` + `LocalCachingAuthenticator` over hex digest + `HashMap`",
            "caches by the plaintext key, which stays in memory; a revoked key counts until its cache entry ends; the"
                    + " authenticator is the user's own",
            Peer.MANY) {
        @Override
        KeyCheck over(String[] keys) {
            return new Pac4jCheck(mapOf(keys, Peer::hexDigest), Peer::hexDigest, keys.length);
        }
    },
    SHIRO(
            "Shiro `BearerToken` realm over hex digest + `HashMap`",
            "the realm's look-up is the user's own; a refusal is an exception",
            Peer.MANY) {
        @Override
        KeyCheck over(String[] keys) {
            return new ShiroCheck(mapOf(keys, Peer::hexDigest), Peer::hexDigest);
        }
    };

    private static final int MANY = Integer.MAX_VALUE;
    private static final int SOME = 1_000;
    /** To hash a key costs as long as to check it, which with these is a tenth of a second. */
    private static final int FEW = 2;

    public final String title;
    public final String leavesOut;
    public final int mostKeys;

    Peer(String title, String leavesOut, int mostKeys) {
        this.title = title;
        this.leavesOut = leavesOut;
        this.mostKeys = mostKeys;
    }

    /** Returns a check that knows these keys. */
    abstract KeyCheck over(String[] keys);

    private static KeyCheck mapped(String[] keys, UnaryOperator<String> hash) {
        Map<String, String> idsByHash = mapOf(keys, hash);
        return presented -> idsByHash.get(hash.apply(presented)) != null;
    }

    private static Map<String, String> mapOf(String[] keys, UnaryOperator<String> hash) {
        Map<String, String> idsByHash = new HashMap<>();
        for (String key : keys) {
            idsByHash.put(hash.apply(key), SampleKeys.idIn(key));
        }
        return idsByHash;
    }

    private static KeyCheck encoded(String[] keys, PasswordEncoder encoder) {
        Map<String, String> hashesById =
                Arrays.stream(keys).collect(Collectors.toMap(SampleKeys::idIn, encode(encoder)));
        return presented -> {
            String hash = hashesById.get(SampleKeys.idIn(presented));
            return hash != null && encoder.matches(presented, hash);
        };
    }

    private static Function<String, String> encode(PasswordEncoder encoder) {
        return key -> {
            String encoded = encoder.encode(key);
            if (encoded == null) {
                throw new IllegalStateException("the encoder gave no hash");
            }
            return encoded;
        };
    }

    private static PasswordEncoder delegatingTo(String name, PasswordEncoder encoder) {
        return new DelegatingPasswordEncoder(name, Map.of(name, encoder));
    }

    private static String hexDigest(String text) {
        return HexFormat.of().formatHex(digest(text));
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
