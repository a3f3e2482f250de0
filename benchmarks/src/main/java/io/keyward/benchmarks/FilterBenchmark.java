package io.keyward.benchmarks;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What does a guard cost a request, without the container around it? The guard {@code NONE} is the bare chain: a request
 * begins, and the service sets the type of its answer.
 *
 * <p>Logback's log context is in use, as in most services.
 *
 * <pre>
 * benchmarks/build
 * java -jar benchmarks/target/benchmarks.jar FilterBenchmark -prof gc -f 3 -wi 5 -i 5 -w 1 -r 1
 * </pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init")
public class FilterBenchmark {
    /** A guard and those who come. */
    @State(Scope.Thread)
    public static class Gate {
        @Param({"NONE", "FLOOR", "KEYWARD", "HASHING", "SPRING", "KEYWARD_IN_SPRING"})
        Guard guard;

        final Exchange exchange = new Exchange();
        final String[] keys = Guard.keys();
        final String[] strangers = SampleKeys.texts(keys.length, 2);
        final FilterChain service = (request, response) -> response.setContentType("application/json");
        Filter filter;

        /** Makes the guard. */
        @Setup
        public void make() throws Exception {
            filter = guard.filter();
        }

        int pass(String key) throws ServletException, IOException {
            exchange.begin(key);
            filter.doFilter(exchange.request, exchange.response, service);
            return exchange.response.getStatus();
        }
    }

    /** A request that a key allows. */
    @Benchmark
    public int allowed(Gate gate, Turn turn) throws ServletException, IOException {
        return required(HttpServletResponse.SC_OK, gate.pass(gate.keys[turn.next(gate.keys.length)]));
    }

    /** A request with the key of a stranger. */
    @Benchmark
    public int denied(Gate gate, Turn turn) throws ServletException, IOException {
        int status = gate.pass(gate.strangers[turn.next(gate.strangers.length)]);
        return gate.guard == Guard.NONE ? status : required(HttpServletResponse.SC_UNAUTHORIZED, status);
    }

    private static int required(int expected, int status) {
        if (status != expected) {
            throw new IllegalStateException("answered " + status);
        }
        return status;
    }
}
