package org.memlora.topology.demo;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRecord;
import org.memlora.topology.MemoryWorker;
import org.memlora.topology.client.BankView;
import org.memlora.topology.flow.Names;
import org.memlora.topology.memory.BankKey;

/** What a replay of the audit trail makes, beside what a worker's store holds: a lost or doubled effect would show as a difference. */
final class TrailReplay {

    private record Held(String text, Instant validFrom, Optional<Instant> validTo, Optional<LocalDate> occurredOn) { }

    private final Map<String, BankView> banks = new LinkedHashMap<>();

    void apply(MemoryOperation operation) {
        banks.computeIfAbsent(operation.getBankId(), bank -> new BankView()).apply(operation);
    }

    /** Of all banks, also what is no longer valid. */
    int memories() {
        return banks.values().stream().mapToInt(view -> view.all().size()).sum();
    }

    int banks() {
        return banks.size();
    }

    /** @param worker that serves all partitions @return one line each */
    List<String> differences(MemoryWorker worker) {
        return differences(worker.streams().store(
                StoreQueryParameters.fromNameAndType(Names.MEMORIES_STORE, QueryableStoreTypes.<Bytes, MemoryRecord>keyValueStore())));
    }

    List<String> differences(ReadOnlyKeyValueStore<Bytes, MemoryRecord> store) {
        Map<Bytes, Held> stored = new HashMap<>();
        try (KeyValueIterator<Bytes, MemoryRecord> all = store.all()) {
            all.forEachRemaining(entry -> stored.put(entry.key, new Held(entry.value.getText(), entry.value.getValidFrom(),
                    Optional.ofNullable(entry.value.getValidTo()), Optional.ofNullable(entry.value.getOccurredOn()))));
        }
        List<String> differences = new ArrayList<>();
        banks.forEach((bank, view) -> view.all().forEach(entry -> {
            Held replayed = new Held(entry.text(), entry.validFrom(), entry.validTo(), entry.occurredOn());
            Held found = stored.remove(BankKey.of(bank, entry.id()));
            if (!replayed.equals(found)) {
                differences.add("bank " + bank + ", memory " + entry.id() + ": replayed " + replayed + ", store " + (found == null ? "nothing" : found));
            }
        }));
        stored.values().forEach(held -> differences.add("in the store and in no operation: " + held));
        return differences;
    }
}
