package io.keyward.benchmarks;

import io.keyward.ApiKey;
import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyRing;
import io.keyward.role.Role;
import io.keyward.role.RoleModel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Records as a service has them; how much they hold decides what a key costs in memory.
 *
 * <p>Public because the code that JMH generates names it.
 */
public enum SampleRecords {
    /** An id and a hash. */
    BARE {
        @Override
        ApiKeyRecord.Builder fill(ApiKeyRecord.Builder record, int number) {
            return record;
        }
    },
    /** Besides those, owner, name and a role. */
    TYPICAL {
        @Override
        ApiKeyRecord.Builder fill(ApiKeyRecord.Builder record, int number) {
            return record.owner("user" + number + "@example.org")
                    .name("service " + number)
                    .roles("client");
        }
    },
    /** Besides those, an end and two entries of metadata. */
    FULL {
        @Override
        ApiKeyRecord.Builder fill(ApiKeyRecord.Builder record, int number) {
            HashedSecret secret = record.build().current();
            Instant end = Instant.parse("2999-01-01T00:00:00Z").plusSeconds(number);
            return TYPICAL.fill(record, number)
                    .secrets(List.of(secret.withExpiresAt(end)))
                    .metadata(Map.of("team", "team " + number, "ticket", "T-" + number));
        }
    };

    private static final RoleModel ROLES = RoleModel.of(Role.of("client"));

    abstract ApiKeyRecord.Builder fill(ApiKeyRecord.Builder record, int number);

    /** Returns that many records. */
    List<ApiKeyRecord> make(int count) {
        return make(SampleKeys.texts(count, 1));
    }

    /** Returns the records of these keys. */
    List<ApiKeyRecord> make(String[] texts) {
        List<ApiKeyRecord> records = new ArrayList<>(texts.length);
        for (int i = 0; i < texts.length; i++) {
            ApiKeyRecord.Builder record =
                    ApiKeyRecord.builder(SampleKeys.id(i)).hash(SampleKeys.SHA256.hash(ApiKey.of(texts[i])));
            records.add(fill(record, i).build());
        }
        return records;
    }

    /** Returns a ring of records made here. */
    static KeyRing ring(List<ApiKeyRecord> records) {
        return KeyRing.builder().roles(ROLES).addAll(records).build();
    }
}
