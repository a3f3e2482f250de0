package io.keyward.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keyward.ApiKeyVerifier;
import io.keyward.HashedSecret;
import io.keyward.VerificationListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ChangeLogTest {
    @RegisterExtension
    final CapturedLog log = new CapturedLog();

    private final Setting setting = new Setting();

    @Test
    void writesOneLineForEachChangeAndOneForItsRing() {
        IssuedKey issued = setting.manager.issue(IssueRequest.builder()
                .roles("miner", "client")
                .expiresIn(Duration.ofDays(1))
                .build());
        setting.manager.rotate(issued.id(), Duration.ofHours(1));
        setting.manager.change(issued.id(), KeyChange.builder().roles("client").build());
        setting.manager.disable(issued.id());
        setting.manager.enable(issued.id());
        setting.manager.revoke(issued.id());
        setting.manager.revoke(issued.id());

        String ring = "INFO ApiKeyManager - published a ring of 1 keys, 1 changed";
        String key = "key `" + issued.id() + "`";
        assertEquals(
                List.of(
                        "INFO ApiKeyManager - issued " + key + ": roles [client, miner], until 2026-11-24T12:00:00Z",
                        ring,
                        "INFO ApiKeyManager - rotated " + key
                                + ": roles [client, miner], until 2026-11-24T12:00:00Z, the old secret until"
                                + " 2026-11-23T13:00:00Z",
                        ring,
                        "INFO ApiKeyManager - changed " + key + ": roles [client], until 2026-11-24T12:00:00Z",
                        ring,
                        "INFO ApiKeyManager - disabled " + key,
                        ring,
                        "INFO ApiKeyManager - enabled " + key,
                        ring,
                        "INFO ApiKeyManager - revoked " + key,
                        ring),
                log.lines());
    }

    @Test
    void denialsAreLoggedAtDebugByListenerThatLogsThem() {
        IssuedKey issued = setting.issue();
        setting.manager.revoke(issued.id());
        ApiKeyVerifier logging = setting.verifier.notifying(VerificationListener.loggingDenials());
        int before = log.lines().size();

        logging.verify(issued.key().reveal());
        logging.verify(Setting.GENERATOR.generate().reveal());
        logging.verify("stranger\r\nINFO forged line");
        logging.verify(setting.issue().key().reveal());

        List<String> lines = log.lines().stream()
                .skip(before)
                .filter(line -> line.contains("denied"))
                .toList();
        assertEquals(
                List.of(
                        "DEBUG ApiKeyVerifier - denied: REVOKED, key `" + issued.id() + "`",
                        "DEBUG ApiKeyVerifier - denied: UNKNOWN",
                        "DEBUG ApiKeyVerifier - denied: MALFORMED"),
                lines);
        assertFalse(log.text().contains("forged"));
    }

    @Test
    @DisplayName("G4 no log line, exception or text of an object holds a key or a hash")
    void nothingHoldsASecret() {
        List<String> texts = new ArrayList<>();
        ApiKeyVerifier logging = setting.verifier.notifying(VerificationListener.loggingDenials());
        IssuedKey first = setting.issue("client");
        IssuedKey second = setting.manager.rotate(first.id(), Duration.ofHours(1));
        for (IssuedKey key : List.of(first, second)) {
            texts.add(logging.verify(key.key().reveal()).toString());
            texts.add(key.toString());
            texts.add(key.record().toString());
            texts.add(key.record().secrets().toString());
            texts.add(assertThrows(
                            RuntimeException.class,
                            () -> setting.manager.revoke(key.key().reveal()))
                    .toString());
            texts.add(assertThrows(RuntimeException.class, () -> setting.store.insert(key.record()))
                    .toString());
            texts.add(assertThrows(
                            RuntimeException.class,
                            () -> setting.store.insert(
                                    key.record().toBuilder().version(0).build()))
                    .toString());
        }
        setting.manager.revoke(first.id());
        logging.verify(second.key().reveal());
        texts.add(setting.store.load().toString());
        texts.add(setting.store.toString());
        texts.add(setting.manager.toString());
        texts.add(setting.lastUsed.toString());
        texts.add(log.text());

        List<String> secrets = Stream.of(first, second)
                .flatMap(key -> Stream.concat(
                        Stream.of(key.key().reveal(), key.key().reveal().substring(16)),
                        key.record().secrets().stream()
                                .map(HashedSecret::hash)
                                .map(hash -> hash.reveal().substring("sha256:".length()))))
                .toList();
        String all = String.join("\n", texts);
        assertTrue(all.contains(first.id()), "ids are not secret");
        secrets.forEach(secret -> assertFalse(all.contains(secret)));
    }
}
