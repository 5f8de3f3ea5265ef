package org.memlora.topology.update;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.memlora.operators.extraction.Fact;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.update.MemoryChange;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.OperationKind;
import org.memlora.topology.flow.BankItem.ForgetItem;
import org.memlora.topology.memory.MemoryRecords;

/** Changes as records of the audit trail. Their ids derive from the events: a replay makes the same ones. */
final class OperationRecords {

    private OperationRecords() { }

    static MemoryOperation of(String bankId, MemoryChange change) {
        Fact fact = change.fact();
        MemoryOperation operation = operation(id(bankId, "fact", fact.id()), bankId,
                OperationKind.valueOf(change.operation().name()), fact.sourceEventIds(), change.decidedBy());
        operation.setTime(fact.saidAt());
        operation.setFactText(fact.text());
        operation.setOccurredOn(fact.occurredOn().orElse(null));
        operation.setMemoryId(change.memory().map(Memory::id).orElse(null));
        operation.setPicture(fact.picture().map(MemoryRecords::toRecord).orElse(null));
        Optional<Memory> target = change.target();
        operation.setTargetMemoryId(target.map(Memory::id).orElse(null));
        operation.setTargetText(target.map(Memory::text).orElse(null));
        return operation;
    }

    static MemoryOperation of(ForgetItem forget) {
        MemoryOperation operation = operation(id(forget.bankId(), "forget", forget.eventId()), forget.bankId(),
                OperationKind.FORGET, List.of(forget.eventId()), "request");
        operation.setTime(forget.time());
        operation.setFactText("");
        return operation;
    }

    private static MemoryOperation operation(
            String id, String bankId, OperationKind kind, List<String> eventIds, String decidedBy) {
        MemoryOperation operation = new MemoryOperation();
        operation.setOperationId(id);
        operation.setBankId(bankId);
        operation.setKind(kind);
        operation.setSourceEventIds(eventIds);
        operation.setDecidedBy(decidedBy);
        return operation;
    }

    private static String id(String... parts) {
        return UUID.nameUUIDFromBytes(String.join("\0", parts).getBytes(StandardCharsets.UTF_8)).toString();
    }
}
