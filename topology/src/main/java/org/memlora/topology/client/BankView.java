package org.memlora.topology.client;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.PictureLink;

/** A bank's memories, rebuilt from its audit trail. */
public final class BankView {

    /**
     * @param validFrom inclusive
     * @param validTo exclusive; empty = still valid
     * @param picture the one that shows it
     */
    public record Entry(String id, String text, Instant validFrom, Optional<Instant> validTo, Optional<LocalDate> occurredOn,
            Optional<PictureLink> picture) {

        /** That no picture shows. */
        public Entry(String id, String text, Instant validFrom, Optional<Instant> validTo, Optional<LocalDate> occurredOn) {
            this(id, text, validFrom, validTo, occurredOn, Optional.empty());
        }

        boolean validAt(Instant time) {
            return !validFrom.isAfter(time) && validTo.map(time::isBefore).orElse(true);
        }

        private Entry until(Instant time) {
            return new Entry(id, text, validFrom, Optional.of(time), occurredOn, picture);
        }

        /** One that is known already may be shown later. */
        private Entry shown(PictureLink link) {
            return link == null ? this : new Entry(id, text, validFrom, validTo, occurredOn, Optional.of(link));
        }
    }

    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** Operations in the order of the topic. */
    public void apply(MemoryOperation operation) {
        switch (operation.getKind()) {
            // Only a fact said before what it concerns has a target here: it was over when that began.
            case ADD -> add(operation, Optional.ofNullable(operation.getTargetMemoryId()).map(entries::get).map(Entry::validFrom));
            case UPDATE, DELETE -> supersede(operation);
            case NONE -> entries.computeIfPresent(String.valueOf(operation.getTargetMemoryId()), (id, entry) -> entry.shown(operation.getPicture()));
            case FORGET -> entries.clear();
            default -> { }
        }
    }

    /** Memories without an end. */
    public List<Entry> valid() {
        return entries.values().stream().filter(entry -> entry.validTo().isEmpty()).toList();
    }

    /** What was valid at that time, as far as is known today. */
    public List<Entry> validAt(Instant time) {
        return entries.values().stream().filter(entry -> entry.validAt(time)).toList();
    }

    /** Also what is no longer valid. */
    public List<Entry> all() {
        return new ArrayList<>(entries.values());
    }

    private void supersede(MemoryOperation operation) {
        Entry target = entries.get(operation.getTargetMemoryId());
        if (target == null) {
            add(operation, Optional.empty());
        } else if (target.validFrom().isAfter(operation.getTime())) {
            add(operation, Optional.of(target.validFrom())); // a late fact never closes a newer memory
        } else {
            entries.put(target.id(), target.until(operation.getTime()));
            add(operation, Optional.empty());
        }
    }

    private void add(MemoryOperation operation, Optional<Instant> validTo) {
        if (operation.getMemoryId() != null) {
            entries.put(operation.getMemoryId(), new Entry(operation.getMemoryId(), operation.getFactText(), operation.getTime(),
                    validTo, Optional.ofNullable(operation.getOccurredOn()), Optional.ofNullable(operation.getPicture())));
        }
    }
}
