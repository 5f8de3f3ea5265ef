package org.memlora.topology.faults;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.utils.Bytes;
import org.memlora.schemas.Answer;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRecord;

/** Everything that came out, in a form that compares: per bank in order, without what depends on timing (token usage, places of letters). */
final class Outcome {

    private final Map<String, List<String>> operations = new TreeMap<>();
    private final Map<String, List<String>> answers = new TreeMap<>();
    private final List<String> deadLetters = new ArrayList<>();
    private final Map<String, String> memories = new TreeMap<>();

    void operation(MemoryOperation operation) {
        operations.computeIfAbsent(operation.getBankId(), bank -> new ArrayList<>()).add(operation.toString());
    }

    void answer(Answer answer) {
        Answer comparable = Answer.newBuilder(answer).setUsage(List.of()).build();
        answers.computeIfAbsent(answer.getBankId(), bank -> new ArrayList<>()).add(comparable.toString());
    }

    void deadLetter(FailedEvent letter) {
        deadLetters.add(FailedEvent.newBuilder(letter).setPartition(null).setOffset(null).build().toString());
    }

    void memory(Bytes key, MemoryRecord memory) {
        // a digest: with its vectors a memory is some 12 KB of text, and there may be 100,000
        if (memories.put(key.toString(), UUID.nameUUIDFromBytes(memory.toString().getBytes(StandardCharsets.UTF_8)).toString()) != null) {
            throw new AssertionError("memory " + key + " stands in two partitions");
        }
    }

    int operations() {
        return operations.values().stream().mapToInt(List::size).sum();
    }

    int answers() {
        return answers.values().stream().mapToInt(List::size).sum();
    }

    int deadLetters() {
        return deadLetters.size();
    }

    int memories() {
        return memories.size();
    }

    /** Outputs and memories that should have been and are not. */
    int lost(Outcome expected) {
        return missing(this, expected);
    }

    /** Outputs and memories that are there and should not be, a second time or at all. */
    int doubled(Outcome expected) {
        return missing(expected, this);
    }

    /** Banks whose operations or answers are the right ones in a wrong order. */
    long reordered(Outcome expected) {
        return reordered(operations, expected.operations) + reordered(answers, expected.answers);
    }

    /** Records of a bank that hold the word of another one. */
    long foreign(Map<String, String> bankWords) {
        long foreign = 0;
        for (Map<String, List<String>> outputs : List.of(operations, answers)) {
            for (Map.Entry<String, List<String>> bank : outputs.entrySet()) {
                foreign += bank.getValue().stream().filter(text -> bankWords.entrySet().stream()
                        .anyMatch(word -> !word.getKey().equals(bank.getKey()) && text.contains(word.getValue()))).count();
            }
        }
        return foreign;
    }

    /** What differs first, for whoever must find out why; empty = nothing. */
    String firstDifference(Outcome expected) {
        StringBuilder text = new StringBuilder();
        difference(text, "operations", operations, expected.operations);
        difference(text, "answers", answers, expected.answers);
        if (missing(deadLetters, expected.deadLetters) + missing(expected.deadLetters, deadLetters) > 0) {
            text.append("dead letters: ").append(deadLetters.size()).append(" of ").append(expected.deadLetters.size()).append('\n');
        }
        if (!memories.equals(expected.memories)) {
            text.append("memories: ").append(memories.size()).append(" of ").append(expected.memories.size()).append('\n');
        }
        return text.toString();
    }

    private static void difference(StringBuilder text, String what, Map<String, List<String>> found, Map<String, List<String>> expected) {
        for (String bank : expected.keySet()) {
            List<String> is = found.getOrDefault(bank, List.of());
            List<String> should = expected.get(bank);
            for (int i = 0; i < Math.max(is.size(), should.size()); i++) {
                String one = i < is.size() ? is.get(i) : "nothing";
                String other = i < should.size() ? should.get(i) : "nothing";
                if (!one.equals(other)) {
                    text.append(what).append(" of ").append(bank).append(", number ").append(i).append(": found ").append(one)
                            .append(", expected ").append(other).append('\n');
                    break;
                }
            }
        }
    }

    private static int missing(Outcome found, Outcome expected) {
        int missing = missing(found.deadLetters, expected.deadLetters)
                + missing(entries(found.memories), entries(expected.memories));
        for (String bank : expected.operations.keySet()) {
            missing += missing(found.operations.getOrDefault(bank, List.of()), expected.operations.get(bank));
        }
        for (String bank : expected.answers.keySet()) {
            missing += missing(found.answers.getOrDefault(bank, List.of()), expected.answers.get(bank));
        }
        return missing;
    }

    private static List<String> entries(Map<String, String> map) {
        return map.entrySet().stream().map(Object::toString).toList();
    }

    /** How many of the expected are not there, each counted as often as it should be. */
    private static int missing(List<String> found, List<String> expected) {
        Map<String, Long> left = new HashMap<>(found.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting())));
        int missing = 0;
        for (String one : expected) {
            missing += left.merge(one, -1L, Long::sum) < 0 ? 1 : 0;
        }
        return missing;
    }

    private static long reordered(Map<String, List<String>> found, Map<String, List<String>> expected) {
        return expected.entrySet().stream().filter(bank -> {
            List<String> is = found.getOrDefault(bank.getKey(), List.of());
            return !is.equals(bank.getValue()) && is.stream().sorted().toList().equals(bank.getValue().stream().sorted().toList());
        }).count();
    }
}
