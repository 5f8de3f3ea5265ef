package org.memlora.evaluation.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.memlora.operators.extraction.Exchange;

/**
 * Feeds banks to a memory system, first exchanges for a time, then, once the first turns of each bank were made memories,
 * the banks' questions for a time. The banks are split into groups that run at once, as partitions do on stream threads; a
 * call takes one exchange of every bank of the group. No call starts after the phase's time; the calls under way end and
 * count, and so does their time.
 */
final class RowMeasurement {

    private final List<List<Workload.Bank>> groups = new ArrayList<>();
    private final int callSize;
    private final long phaseNanos;
    private final PartProgress progress;
    private final RowResult result;

    /** @param callSize most banks of a call; 1 = one after the other */
    RowMeasurement(List<Workload.Bank> banks, int groups, int callSize, double phaseSeconds, RowResult result, PartProgress progress) {
        this.callSize = callSize;
        int size = (banks.size() + groups - 1) / groups;
        for (int from = 0; from < banks.size(); from += size) {
            this.groups.add(banks.subList(from, Math.min(banks.size(), from + size)));
        }
        this.phaseNanos = (long) (phaseSeconds * 1e9);
        this.progress = progress;
        this.result = result;
    }

    void run(MemorySystem system) throws InterruptedException {
        result.turnNanos = phase("turns", group -> rememberNext(system, group));
        for (List<Workload.Bank> group : groups) {
            group.forEach(system::fill);
        }
        result.answerNanos = phase("answers", group -> answerNext(system, group));
    }

    /** What a group has done so far. */
    private static final class GroupState {
        final List<Workload.Bank> banks;
        int round;
        int bank;
        long done;

        GroupState(List<Workload.Bank> banks) {
            this.banks = banks;
        }
    }

    /** One call; false when there is nothing left. */
    private interface Step {
        boolean run(GroupState group);
    }

    private long phase(String unit, Step step) throws InterruptedException {
        long start = System.nanoTime();
        AtomicLong done = new AtomicLong();
        ExecutorService threads = Executors.newFixedThreadPool(groups.size());
        try {
            List<Future<?>> running = new ArrayList<>();
            for (List<Workload.Bank> banks : groups) {
                GroupState group = new GroupState(banks);
                running.add(threads.submit(() -> {
                    while (System.nanoTime() - start < phaseNanos && step.run(group)) {
                        done.addAndGet(group.done);
                        group.done = 0;
                        progress.step(done + " " + unit, Math.min(System.nanoTime() - start, phaseNanos) / 1_000_000, phaseNanos / 1_000_000);
                    }
                    done.addAndGet(group.done);
                }));
            }
            for (Future<?> future : running) {
                future.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
        } finally {
            threads.shutdownNow();
        }
        if (unit.equals("turns")) {
            result.turns = done.get();
        } else {
            result.answers = done.get();
        }
        return System.nanoTime() - start;
    }

    private boolean rememberNext(MemorySystem system, GroupState group) {
        List<Exchange> exchanges = next(group, Workload.Bank::exchanges).stream().map(Next::item).toList();
        if (exchanges.isEmpty()) {
            return false;
        }
        long start = System.nanoTime();
        system.remember(exchanges);
        long nanos = System.nanoTime() - start;
        for (Exchange exchange : exchanges) {
            group.done += exchange.turns().size();
            exchange.turns().forEach(turn -> result.turnLatencies.add(nanos));
        }
        return true;
    }

    private boolean answerNext(MemorySystem system, GroupState group) {
        List<MemorySystem.Asked> questions = next(group, Workload.Bank::questions).stream()
                .map(next -> new MemorySystem.Asked(next.bankId(), next.item())).toList();
        if (questions.isEmpty()) {
            return false;
        }
        long start = System.nanoTime();
        int answered = system.answer(questions);
        long nanos = System.nanoTime() - start;
        group.done += answered;
        for (int i = 0; i < answered; i++) {
            result.answerLatencies.add(nanos);
        }
        return true;
    }

    private record Next<T>(String bankId, T item) { }

    /** The items of the next call: of different banks, at the same place of each; empty = all are done. */
    private <T> List<Next<T>> next(GroupState group, Function<Workload.Bank, List<T>> items) {
        while (group.banks.stream().anyMatch(bank -> items.apply(bank).size() > group.round)) {
            List<Next<T>> next = new ArrayList<>();
            while (group.bank < group.banks.size() && next.size() < callSize) {
                Workload.Bank bank = group.banks.get(group.bank++);
                if (items.apply(bank).size() > group.round) {
                    next.add(new Next<>(bank.id(), items.apply(bank).get(group.round)));
                }
            }
            if (group.bank == group.banks.size()) {
                group.bank = 0;
                group.round++;
            }
            if (!next.isEmpty()) {
                return next;
            }
        }
        return List.of();
    }
}
