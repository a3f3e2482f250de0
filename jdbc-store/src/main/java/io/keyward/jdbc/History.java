package io.keyward.jdbc;

import java.util.LinkedHashMap;
import java.util.Map;

/** Remembers the last positions that the database had, to tell a replica that lags from another history. */
final class History {
    private final Map<Position, Boolean> positions;

    History(int capacity) {
        this.positions = new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Position, Boolean> eldest) {
                return size() > capacity;
            }
        };
    }

    synchronized void add(Position position) {
        positions.put(position, true);
    }

    /** Takes a position from which all was loaded. What is later than it is of another history, and forgotten. */
    synchronized void restart(Position position) {
        positions.keySet().removeIf(known -> known.number() > position.number());
        add(position);
    }

    synchronized boolean holds(Position position) {
        return positions.containsKey(position);
    }
}
