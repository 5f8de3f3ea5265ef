package org.memlora.topology.demo;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How far the pipeline has come: a bank's output about an event shows that all events before it were taken up. */
final class DemoProgress {

    private record Place(int index, Optional<String> gold, boolean question) { }

    private final Map<String, Map<String, Place>> places = new HashMap<>();
    private final Map<String, Integer> reached = new HashMap<>();
    private final Set<List<String>> unanswered = new HashSet<>();
    private final int total;

    DemoProgress(Dialogue dialogue) {
        for (ScriptedEvent scripted : dialogue.events()) {
            String bank = scripted.event().getBankId();
            Map<String, Place> bankPlaces = places.computeIfAbsent(bank, key -> new LinkedHashMap<>());
            bankPlaces.putIfAbsent(scripted.event().getEventId(), new Place(bankPlaces.size() + 1, scripted.gold(), scripted.isQuestion()));
            if (scripted.isQuestion()) {
                unanswered.add(List.of(bank, scripted.event().getEventId()));
            }
        }
        total = places.values().stream().mapToInt(Map::size).sum();
    }

    void reached(String bank, List<String> eventIds) {
        for (String id : eventIds) {
            Place place = places.getOrDefault(bank, Map.of()).get(id);
            if (place != null) {
                reached.merge(bank, place.index(), Math::max);
            }
        }
    }

    void answered(String bank, String eventId) {
        unanswered.remove(List.of(bank, eventId));
        reached(bank, List.of(eventId));
    }

    Optional<String> gold(String bank, String eventId) {
        return Optional.ofNullable(places.getOrDefault(bank, Map.of()).get(eventId)).flatMap(Place::gold);
    }

    boolean isComplete() {
        return unanswered.isEmpty();
    }

    int unanswered() {
        return unanswered.size();
    }

    int done() {
        return reached.values().stream().mapToInt(Integer::intValue).sum();
    }

    int total() {
        return total;
    }
}
