package org.memlora.topology.flow;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Items of all banks that go through the stages together; the items of a bank stand in the bank's order. */
public record MicroBatch(List<BankItem> items) {
    public MicroBatch {
        items = List.copyOf(items);
    }

    /** The items of each bank, in order. */
    public Map<String, Deque<BankItem>> lanes() {
        Map<String, Deque<BankItem>> lanes = new LinkedHashMap<>();
        for (BankItem item : items) {
            lanes.computeIfAbsent(item.bankId(), bank -> new ArrayDeque<>()).add(item);
        }
        return lanes;
    }
}
