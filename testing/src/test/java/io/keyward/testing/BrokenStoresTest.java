package io.keyward.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.keyward.ApiKeyRecord;
import io.keyward.HashedSecret;
import io.keyward.KeyState;
import io.keyward.store.ApiKeyStore;
import io.keyward.store.ChangeCause;
import io.keyward.store.InMemoryApiKeyStore;
import io.keyward.store.KeyFilter;
import io.keyward.store.StoreConflictException;
import io.keyward.store.StoreConflictException.Conflict;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs {@link ApiKeyStoreContract} against stores that are broken on purpose: a contract that no store can break tests
 * nothing.
 */
class BrokenStoresTest {
    @ParameterizedTest(name = "the contract finds: {0}")
    @CsvSource(delimiter = '|', textBlock = """
                    lost update            | LostUpdate       | of two updates from one version the second is refused and the first stays
                    forgotten version      | ForgottenVersion | update gives a new version and changes what was changed
                    stale read after revoke| StaleRead        | after a revoke has returned every read shows it: find, load and changes, here and elsewhere
                    wrong order of changes | WrongOrder       | changes come in the order of their last change, each record once and in its newest state
                    page before filter     | PageBeforeFilter | list chooses as the filter does, before it cuts the page
                    silent removal         | SilentRemoval    | what was removed is in no read any more, and its id and its hashes are free
                    blind removal          | BlindRemoval     | remove refuses a record that was changed since it was read, that is not there, and that was never stored
                    page without its begin | PageFromStart    | list gives every record once, by id in the order of its characters' codes, whatever the limit
                    cache of what is found | CachedFind       | 8 threads that change one record lose no change
                    changes without end    | EndlessChanges   | changes come in the order of their last change, each record once and in its newest state
                    partial write          | PartialWrite     | insert refuses a hash of another record, current or retiring, and leaves nothing behind
                    """)
    void contractFinds(String fault, String store, String expected) throws ClassNotFoundException {
        TestExecutionSummary summary = run(Class.forName(getClass().getName() + "$" + store));

        List<String> failed = summary.getFailures().stream()
                .map(failure -> failure.getTestIdentifier().getDisplayName())
                .sorted()
                .toList();
        System.out.println(fault + ": " + failed.size() + " of " + summary.getTestsFoundCount() + " tests fail");
        failed.forEach(name -> System.out.println("  - " + name));
        assertTrue(failed.contains(expected), () -> "failed were " + failed);
    }

    @Test
    @DisplayName("the contract finds nothing in a store that is not broken")
    void contractPassesWholeStore() {
        TestExecutionSummary summary = run(InMemoryApiKeyStoreTest.class);

        assertEquals(List.of(), summary.getFailures());
        assertTrue(summary.getTestsSucceededCount() > 30, "tests are found at all");
    }

    private static TestExecutionSummary run(Class<?> contract) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(contract))
                                .build(),
                        summary);
        return summary.getSummary();
    }

    /** Each page is the first one: a caller that pages would never come to the end. */
    static class PageFromStart extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return new Broken() {
                @Override
                public List<ApiKeyRecord> list(KeyFilter filter, @Nullable String after, int limit) {
                    return super.list(filter, null, limit);
                }
            };
        }
    }

    /** What was found once is found for ever: a caller that reads again and repeats its change would never end. */
    static class CachedFind extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return new Broken() {
                private final Map<String, Optional<ApiKeyRecord>> cache = new ConcurrentHashMap<>();

                @Override
                public Optional<ApiKeyRecord> find(String id) {
                    return cache.computeIfAbsent(id, super::find);
                }
            };
        }
    }

    /** Each record is reported after each stamp: a caller that reads until there is nothing new would never end. */
    static class EndlessChanges extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return new Broken() {
                @Override
                public Optional<Changes> changesSince(Stamp stamp) {
                    Snapshot all = load();
                    return Optional.of(new Changes(all.records(), all.stamp()));
                }
            };
        }
    }

    /** The last to write wins: the version is not looked at. */
    static class LostUpdate extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return new Broken() {
                @Override
                public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
                    long now = find(record.id()).map(ApiKeyRecord::version).orElse(record.version());
                    return super.update(record.toBuilder().version(now).build(), cause);
                }
            };
        }
    }

    /** The version is looked at, and not counted up when the record is written. */
    static class ForgottenVersion extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return new Broken() {
                @Override
                public synchronized ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
                    long now = super.find(record.id())
                            .map(ApiKeyRecord::version)
                            .orElseThrow(() -> new StoreConflictException(Conflict.MISSING, record.id()));
                    if (record.version() != 1) {
                        throw new StoreConflictException(Conflict.STALE, record.id());
                    }
                    return forget(super.update(record.toBuilder().version(now).build(), cause));
                }

                @Override
                public Optional<ApiKeyRecord> find(String id) {
                    return super.find(id).map(this::forget);
                }

                @Override
                public Snapshot load() {
                    Snapshot all = super.load();
                    return new Snapshot(all.records().stream().map(this::forget).toList(), all.stamp());
                }

                private ApiKeyRecord forget(ApiKeyRecord record) {
                    return record.toBuilder().version(1).build();
                }
            };
        }
    }

    /** Records are read through a cache that a revoke does not reach. */
    static class StaleRead extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return new Broken() {
                private final Map<String, ApiKeyRecord> cache = new TreeMap<>();

                @Override
                public synchronized Optional<ApiKeyRecord> find(String id) {
                    Optional<ApiKeyRecord> stored = super.find(id);
                    if (stored.isPresent() && stored.get().state() == KeyState.REVOKED) {
                        return Optional.of(cache.getOrDefault(id, stored.get()));
                    }
                    stored.ifPresent(record -> cache.put(id, record));
                    return stored;
                }
            };
        }
    }

    /** Changes are told in the order in which a hash table has them. */
    static class WrongOrder extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return new Broken() {
                @Override
                public Optional<Changes> changesSince(Stamp stamp) {
                    return super.changesSince(stamp).map(changes -> {
                        List<ApiKeyRecord> reversed = new ArrayList<>(changes.records());
                        Collections.reverse(reversed);
                        return new Changes(reversed, changes.stamp());
                    });
                }
            };
        }
    }

    /** A record is written before its hashes are looked at, and stays when they are refused. */
    static class PartialWrite extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return new Broken() {
                @Override
                public synchronized ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
                    try {
                        return super.insert(record, cause);
                    } catch (StoreConflictException refused) {
                        if (refused.conflict() == Conflict.HASH_TAKEN) {
                            List<HashedSecret> none = List.of(ThrowAwayKeys.recordOf(ThrowAwayKeys.newKey())
                                    .build()
                                    .current());
                            super.insert(record.toBuilder().secrets(none).build(), cause);
                        }
                        throw refused;
                    }
                }
            };
        }
    }

    /** The limit is applied by the database, and the filter to what it returned. */
    static class PageBeforeFilter extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return new Broken() {
                @Override
                public List<ApiKeyRecord> list(KeyFilter filter, @Nullable String after, int limit) {
                    return super.list(KeyFilter.all(), after, limit).stream()
                            .filter(filter::chooses)
                            .toList();
                }
            };
        }
    }

    /** A row is deleted, and an old stamp is answered as if nothing had vanished. */
    static class SilentRemoval extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return new Broken() {
                @Override
                public Optional<Changes> changesSince(Stamp stamp) {
                    return super.changesSince(stamp).or(() -> Optional.of(new Changes(List.of(), load().stamp())));
                }
            };
        }
    }

    /** A row is deleted by its id, whatever version it has. */
    static class BlindRemoval extends ApiKeyStoreContract {
        @Override
        protected ApiKeyStore newStore() {
            return new Broken() {
                @Override
                public void remove(ApiKeyRecord record, ChangeCause cause) {
                    find(record.id()).ifPresent(now -> super.remove(now, cause));
                }
            };
        }
    }

    /** A store in memory; each subclass breaks one thing. */
    private static class Broken implements ApiKeyStore {
        private final ApiKeyStore whole = InMemoryApiKeyStore.create();

        @Override
        public ApiKeyRecord insert(ApiKeyRecord record, ChangeCause cause) {
            return whole.insert(record, cause);
        }

        @Override
        public ApiKeyRecord update(ApiKeyRecord record, ChangeCause cause) {
            return whole.update(record, cause);
        }

        @Override
        public void remove(ApiKeyRecord record, ChangeCause cause) {
            whole.remove(record, cause);
        }

        @Override
        public Optional<ApiKeyRecord> find(String id) {
            return whole.find(id);
        }

        @Override
        public Snapshot load() {
            return whole.load();
        }

        @Override
        public Optional<Changes> changesSince(Stamp stamp) {
            return whole.changesSince(stamp);
        }
    }
}
