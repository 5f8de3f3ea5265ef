package org.memlora.topology.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRead;
import org.memlora.schemas.OperationKind;
import org.memlora.schemas.PictureLink;
import org.memlora.topology.client.BankView;

class RenderingTest {

    private static final Instant TIME = Instant.parse("2025-03-01T10:00:00Z");
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Rendering plain = new Rendering(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
    private final Rendering coloured = new Rendering(new PrintStream(bytes, true, StandardCharsets.UTF_8), true);

    private List<String> lines() {
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        bytes.reset();
        return lines;
    }

    private static MemoryOperation operation(OperationKind kind, String fact, String target) {
        return new MemoryOperation("o", "ann", kind, TIME, fact, "m2", "m1", target, LocalDate.of(2025, 2, 28), List.of("e1"), "model", null);
    }

    private static Answer answer(AnswerStatus status, String text, String reason, List<MemoryRead> memories) {
        return new Answer("q", "ann", "Where does Ann live?", status, text, reason, memories, List.of(), "tiny", "base", TIME);
    }

    private static FailedEvent letter(String stage, String reason, String... events) {
        return new FailedEvent(stage, reason, "ann", List.of(events), null, null, List.of(), null, null, null, TIME);
    }

    @Test
    void shouldShowWhatAnOperationDid() {
        plain.operation(operation(OperationKind.UPDATE, "Ann lives in Oslo", "Ann lives in Rome"));
        plain.operation(operation(OperationKind.NONE, "Ann lives in Oslo", "Ann lives in Oslo"));
        plain.operation(operation(OperationKind.FORGET, "", null));

        assertThat(lines()).containsExactly(
                "  ann              UPDATE Ann lives in Oslo  [2025-02-28]",
                "                          was: ~Ann lives in Rome~",
                "  ann              NONE   Ann lives in Oslo  (already known)",
                "  ann              FORGET everything");
    }

    @Test
    void shouldBreakLongTextsBelowThemselves() {
        String text = "word ".repeat(60).strip();
        coloured.operation(operation(OperationKind.ADD, text, null));
        List<String> shown = lines().stream().map(line -> line.replaceAll("\u001b\\[[0-9;]*m", "")).toList();

        assertThat(shown).hasSizeGreaterThan(2).allMatch(line -> line.length() <= 110);
        assertThat(shown.get(0)).startsWith("  ann              ADD    word word");
        assertThat(shown.subList(1, shown.size())).allMatch(line -> line.startsWith(" ".repeat(26) + "word"));
        assertThat(shown.stream().map(line -> line.substring(26)).collect(Collectors.joining(" "))).isEqualTo(text + "  [2025-02-28]");

        plain.operation(operation(OperationKind.ADD, "x".repeat(200), null));
        assertThat(lines()).hasSize(3);
    }

    @Test
    void shouldSayWhyThereIsNoAnswer() {
        plain.answer(answer(AnswerStatus.NO_MEMORIES, "", "NO_MEMORIES: the bank holds nothing", List.of()));
        assertThat(lines()).containsExactly("? ann: Where does Ann live?", "  = Nothing is known: the bank holds no memories.");

        plain.answer(answer(AnswerStatus.NO_MEMORIES, "", "NO_MEMORIES: the bank holds nothing; NO_VISION_EXPERT: left out", List.of()));
        assertThat(lines()).endsWith("    NO_VISION_EXPERT: left out");

        plain.answer(answer(AnswerStatus.FAILED, "", "MODEL_FAILED: out of memory", List.of()));
        assertThat(lines()).containsExactly("? ann: Where does Ann live?", "  = No answer.", "    MODEL_FAILED: out of memory");
    }

    @Test
    void shouldShowTheBestMemoriesWithTheirTimes() {
        List<MemoryRead> memories = IntStream.range(0, 7).mapToObj(i -> new MemoryRead("m" + i, "fact " + i, 0.9 - i / 10.0, TIME,
                i == 1 ? Instant.parse("2025-04-02T00:00:00Z") : null, null, List.of())).toList();
        plain.answer(answer(AnswerStatus.ANSWERED, "Oslo", "TOKEN_LIMIT: cut off", memories));

        assertThat(lines()).startsWith("? ann: Where does Ann live?", "  = Oslo", "    TOKEN_LIMIT: cut off", "      0.90  2025-03-01  fact 0",
                "      0.80  2025-03-01 to 2025-04-02  ~fact 1~").endsWith("      and 2 more").hasSize(9);
    }

    @Test
    void shouldListMemoriesWithTheTimesTheyHold() {
        plain.memory(new BankView.Entry("m1", "Ann lives in Rome", TIME, Optional.of(TIME.plusSeconds(3600)), Optional.empty()));
        plain.memory(new BankView.Entry("m2", "Ann moved to Oslo", TIME.plusSeconds(3600), Optional.empty(), Optional.of(LocalDate.of(2025, 2, 28))));
        plain.memory(new BankView.Entry("m3", "Ann has a car", TIME, Optional.empty(), Optional.empty(), Optional.of(new PictureLink("aa", null))));

        assertThat(lines()).containsExactly("  2025-03-01 10:00 to 2025-03-01 11:00  ~Ann lives in Rome~",
                "  2025-03-01 11:00  Ann moved to Oslo  [2025-02-28]", "  2025-03-01 10:00  Ann has a car  (in a picture)");
    }

    @Test
    void shouldTellLossesFromUnusedOutputAndCountRepetitions() {
        FailedEvent unused = letter("extraction", "UNGROUNDED: made up", "e1", "e2");
        plain.deadLetters(List.of(unused, unused, letter("inbox", "TEXT_TOO_LONG: 9000 characters", "e3"), unused,
                letter("vision", "PICTURE_UNREACHABLE: no answer", "e4"),
                new FailedEvent("inbox", "UNREADABLE: no Avro", null, List.of(), null, null, List.of(), null, null, null, TIME)));

        assertThat(lines()).containsExactly("  ann              UNUSED extraction of e1, e2: UNGROUNDED: made up  (3 times)",
                "  ann              LOST   inbox of e3: TEXT_TOO_LONG: 9000 characters",
                "  ann              UNUSED vision of e4: PICTURE_UNREACHABLE: no answer", "  (no bank)        LOST   inbox: UNREADABLE: no Avro");
    }
}
