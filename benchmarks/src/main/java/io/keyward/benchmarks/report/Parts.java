package io.keyward.benchmarks.report;

import io.keyward.benchmarks.Guard;
import io.keyward.benchmarks.NodesOnDatabase.Question;
import io.keyward.benchmarks.SampleRecords;
import io.keyward.benchmarks.Site.Container;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** All there is to measure. A part of the short profile is the start of the full profile's part of the same name. */
final class Parts {
    static final String VERIFY = "verify-";
    static final String PEPPER = "pepper";
    static final String THREADS = "threads";
    static final String VIRTUAL_THREADS = "virtual-threads";
    static final String PEERS = "peers-";
    static final String BUILD = "build-";
    static final String HEAP = "heap-";
    static final String RELOAD = "reload";
    static final String FILTER = "filter";
    static final String CONTAINER = "filter-";
    static final String START = "start";
    static final String DATABASE = "database";

    private static final int HUNDRED = 100;
    private static final int NODES = 200;
    private static final int TEN_THOUSAND = 10_000;
    private static final int MILLION = 1_000_000;
    private static final int TEN_MILLION = 10_000_000;

    private static final String FLOOR = "digest|digestOfText|clock";
    private static final String FAST_PEERS = "KEYWARD,HEX_HASH_MAP,COMMONS_CODEC,PLAINTEXT_SET,PAC4J,SHIRO";

    /** What the budgets of a request in a container are about. */
    private static final Guard[] NEIGHBOURS = {Guard.NONE, Guard.NONE_AGAIN, Guard.FLOOR, Guard.KEYWARD};

    /** The first JDK with virtual threads. */
    private static final int VIRTUAL_SINCE = 21;

    private Parts() {}

    static List<Part> of(Profile profile) {
        return profile == Profile.SHORT ? budgets() : everything();
    }

    /**
     * Returns what may be asked for by name: a short profile has every part, though by itself it runs only the
     * budgets'.
     */
    static List<Part> all(Profile profile) {
        List<Part> parts = new ArrayList<>(of(profile));
        Set<String> names = parts.stream().map(Part::name).collect(Collectors.toSet());
        everything().stream().filter(part -> !names.contains(part.name())).forEach(parts::add);
        return parts;
    }

    /** Returns what docs/design.md sets a budget for. */
    private static List<Part> budgets() {
        return List.of(
                new JmhPart(
                        VERIFY + HUNDRED,
                        verify(FLOOR + "|valid|validThenClock|expiring|unknown|badCheck|malformed|overLong", HUNDRED),
                        peers("valid", HUNDRED, "KEYWARD,HEX_HASH_MAP")),
                new JmhPart(
                        VERIFY + MILLION,
                        verify("digest|digestOfText|valid", MILLION),
                        peers("valid", MILLION, "KEYWARD,HEX_HASH_MAP")),
                new JmhPart(VERIFY + TEN_MILLION, 2, verify("digestOfText|valid", TEN_MILLION)),
                new JmhPart(PEPPER, pepper(HUNDRED)),
                new JmhPart(
                        THREADS,
                        verify("digest|valid", HUNDRED),
                        verify("digest|valid", HUNDRED).threads(2)),
                new JmhPart(BUILD + MILLION, build("build", MILLION)),
                new HeapPart(
                        HEAP + MILLION, MILLION, heapGb(MILLION), List.of(SampleRecords.BARE, SampleRecords.TYPICAL)),
                filter(),
                start(),
                endToEnd(Container.JETTY, 30, NEIGHBOURS),
                endToEnd(Container.TOMCAT, 30, NEIGHBOURS),
                endToEnd(Container.UNDERTOW, 30, NEIGHBOURS),
                database(100));
    }

    private static List<Part> everything() {
        List<Part> parts = new ArrayList<>();
        for (int keys : new int[] {1, HUNDRED, TEN_THOUSAND, MILLION}) {
            parts.add(new JmhPart(
                    VERIFY + keys, verify("[a-zA-Z]+", keys), peers("valid", keys, "KEYWARD,HEX_HASH_MAP")));
        }
        parts.add(new JmhPart(
                VERIFY + TEN_MILLION,
                2,
                verify(FLOOR + "|valid|expiring|expired|revoked|unknown|badCheck", TEN_MILLION),
                peers("valid", TEN_MILLION, "KEYWARD,HEX_HASH_MAP")));
        parts.add(new JmhPart(PEPPER, pepper(HUNDRED), pepper(MILLION)));
        parts.add(new JmhPart(
                THREADS, threads(1, HUNDRED), threads(2, HUNDRED), threads(1, MILLION), threads(2, MILLION)));
        if (Runtime.version().feature() >= VIRTUAL_SINCE) {
            parts.add(new JmhPart(
                    VIRTUAL_THREADS,
                    threads(1, HUNDRED),
                    threads(2, HUNDRED),
                    threads(1, HUNDRED).virtual(),
                    threads(2, HUNDRED).virtual()));
        }
        parts.add(new JmhPart(
                PEERS + HUNDRED, Batch.of("PeerBenchmark\\.(valid|unknown)").with("keys", "" + HUNDRED)));
        parts.add(new JmhPart(PEERS + TEN_THOUSAND, peers("valid", TEN_THOUSAND, FAST_PEERS + ",LINEAR_SCAN")));
        parts.add(new JmhPart(PEERS + MILLION, peers("valid", MILLION, FAST_PEERS + ",LINEAR_SCAN")));
        for (int keys : new int[] {TEN_THOUSAND, MILLION, TEN_MILLION}) {
            parts.add(new JmhPart(BUILD + keys, keys == TEN_MILLION ? 2 : 5, build("build|changeOne", keys)));
            parts.add(new HeapPart(HEAP + keys, keys, heapGb(keys), List.of(SampleRecords.values())));
        }
        parts.add(new ReloadPart(RELOAD, MILLION, heapGb(MILLION)));
        parts.add(filter());
        parts.add(start());
        for (Container container : Container.values()) {
            parts.add(endToEnd(container, 60, Guard.values()));
        }
        parts.add(database(1_000));
        return parts;
    }

    private static Batch verify(String methods, int keys) {
        return sized("VerifyBenchmark\\.(" + methods + ")", keys);
    }

    private static Batch pepper(int keys) {
        return sized("PepperBenchmark\\.(mac|valid)", keys);
    }

    private static Batch threads(int count, int keys) {
        return verify("digest|digestOfText|valid", keys).threads(count);
    }

    private static Batch build(String methods, int keys) {
        return sized("RingBuildBenchmark\\.(" + methods + ")", keys);
    }

    private static Batch peers(String method, int keys, String names) {
        return sized("PeerBenchmark\\." + method, keys).with("peer", names.split(","));
    }

    private static Part filter() {
        return new JmhPart(FILTER, Batch.of("FilterBenchmark\\.(allowed|denied)"));
    }

    private static Part start() {
        return new StartPart(START, TEN_THOUSAND);
    }

    private static Part endToEnd(Container container, int rounds, Guard... guards) {
        return new EndToEndPart(
                CONTAINER + container.name().toLowerCase(Locale.ROOT), container, List.of(guards), rounds);
    }

    private static Part database(int revocations) {
        return new DatabasePart(
                DATABASE,
                Map.of(
                        Question.LOAD, MILLION,
                        Question.REVOKE_BY_POLLING, revocations,
                        Question.REVOKE_BY_NOTIFICATION, revocations,
                        Question.IDLE_NODES, NODES,
                        Question.REVOKE_AMONG_NODES, NODES));
    }

    private static Batch sized(String include, int keys) {
        return Batch.of(include).with("keys", Integer.toString(keys)).heap(heapGb(keys));
    }

    /** Returns room for keys, their bytes and their ring, so that no collection disturbs. */
    private static int heapGb(int keys) {
        return keys >= TEN_MILLION ? 12 : keys >= MILLION ? 4 : 2;
    }
}
