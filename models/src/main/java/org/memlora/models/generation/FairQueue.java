package org.memlora.models.generation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What waits, first come, first served for each tenant; tenants take turns. Threading: confined, or under a lock. */
final class FairQueue<T> {

    /** The tenant whose turn is next comes first; none is empty. */
    private final Map<String, ArrayDeque<T>> waiting = new LinkedHashMap<>();
    private int size;

    void add(String tenant, T element) {
        waiting.computeIfAbsent(tenant, first -> new ArrayDeque<>()).add(element);
        size++;
    }

    /** Null when nothing waits. */
    T poll() {
        if (size == 0) {
            return null;
        }
        Iterator<Map.Entry<String, ArrayDeque<T>>> turns = waiting.entrySet().iterator();
        Map.Entry<String, ArrayDeque<T>> turn = turns.next();
        String tenant = turn.getKey();
        ArrayDeque<T> own = turn.getValue();
        turns.remove();
        T element = own.poll();
        if (!own.isEmpty()) {
            waiting.put(tenant, own);
        }
        size--;
        return element;
    }

    /** Takes one out of turn; false if it doesn't wait. */
    boolean remove(String tenant, T element) {
        ArrayDeque<T> own = waiting.get(tenant);
        if (own == null || !own.remove(element)) {
            return false;
        }
        if (own.isEmpty()) {
            waiting.remove(tenant);
        }
        size--;
        return true;
    }

    List<T> drain() {
        List<T> all = new ArrayList<>();
        waiting.values().forEach(all::addAll);
        waiting.clear();
        size = 0;
        return all;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }
}
