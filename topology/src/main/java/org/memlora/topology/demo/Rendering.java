package org.memlora.topology.demo;

import java.io.PrintStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRead;
import org.memlora.schemas.OperationKind;
import org.memlora.topology.client.BankView;

/** Operations and answers as text for people; long texts go on below themselves. */
public final class Rendering {

    private static final int WIDTH = 110;
    private static final int LEAST_TEXT_WIDTH = 40;
    private static final int MOST_MEMORIES = 5;
    private static final String SEEN = "  (in a picture)";

    /** Of ANSI terminals. */
    private enum Style {
        PLAIN(""), BOLD("1"), STRUCK("9"), RED("31"), GREEN("32"), YELLOW("33"), GREY("90"), ANSWER("1;32");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    /** Letters that say the same of the same events. */
    private record Letter(String bank, String kind, String text) { }

    private final PrintStream out;
    private final boolean terminal;

    /** @param terminal may show colours and struck text */
    public Rendering(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    public void operation(MemoryOperation operation) {
        String head = head(operation.getBankId(), operation.getKind().name(), style(operation.getKind()));
        switch (operation.getKind()) {
            case FORGET -> write(head, "everything", Style.PLAIN);
            case NONE -> write(head, operation.getFactText() + "  (already known)", Style.GREY);
            default -> write(head, operation.getFactText() + (operation.getOccurredOn() == null ? "" : "  [" + operation.getOccurredOn() + "]")
                    + (operation.getPicture() == null ? "" : SEEN), Style.PLAIN);
        }
        if (operation.getTargetText() != null && operation.getKind() != OperationKind.NONE && operation.getKind() != OperationKind.ADD) {
            write(" ".repeat(width(head)) + "was: ", operation.getTargetText(), Style.STRUCK);
        }
    }

    /** The question, the answer or why there is none, and the memories read. */
    public void answer(Answer answer) {
        write("? ", answer.getBankId() + ": " + answer.getQuestion(), Style.BOLD);
        switch (answer.getStatus()) {
            case ANSWERED -> write("  = ", answer.getText(), Style.ANSWER);
            case NO_MEMORIES -> write("  = ", "Nothing is known: the bank holds no memories.", Style.GREY);
            default -> write("  = ", "No answer.", Style.RED);
        }
        String reason = reason(answer);
        if (!reason.isEmpty()) {
            write("    ", reason, Style.GREY);
        }
        answer.getMemories().stream().limit(MOST_MEMORIES).forEach(this::memory);
        if (answer.getMemories().size() > MOST_MEMORIES) {
            write("      ", "and " + (answer.getMemories().size() - MOST_MEMORIES) + " more", Style.GREY);
        }
    }

    /** A memory of a bank with the time from when on, and until when, it holds. */
    public void memory(BankView.Entry entry) {
        String times = minute(entry.validFrom()) + entry.validTo().map(end -> " to " + minute(end)).orElse("");
        write("  " + times + "  ", entry.text() + entry.occurredOn().map(day -> "  [" + day + "]").orElse("") + entry.picture().map(link -> SEEN).orElse(""),
                entry.validTo().isPresent() ? Style.STRUCK : Style.PLAIN);
    }

    void gold(String gold) {
        write("  expected: ", gold, Style.PLAIN);
    }

    /** LOST: an event that was not processed. UNUSED: output of the model that was thrown away. */
    void deadLetters(List<FailedEvent> letters) {
        Map<Letter, Integer> counts = new LinkedHashMap<>();
        for (FailedEvent letter : letters) {
            String events = letter.getEventIds().isEmpty() ? "" : " of " + String.join(", ", letter.getEventIds());
            counts.merge(new Letter(letter.getBankId() == null ? "(no bank)" : letter.getBankId(), DemoReport.isLoss(letter) ? "LOST" : "UNUSED",
                    letter.getStage() + events + ": " + letter.getReason()), 1, Integer::sum);
        }
        counts.forEach((letter, count) -> {
            Style style = letter.kind().equals("LOST") ? Style.RED : Style.GREY;
            write(head(letter.bank(), letter.kind(), style), letter.text() + (count == 1 ? "" : "  (" + count + " times)"), style);
        });
    }

    /** Without what the status says already. */
    private static String reason(Answer answer) {
        String reason = answer.getReason() == null ? "" : answer.getReason();
        return answer.getStatus() == AnswerStatus.NO_MEMORIES ? reason.replaceFirst("^NO_MEMORIES:[^;]*(; )?", "") : reason;
    }

    private void memory(MemoryRead memory) {
        String days = day(memory.getValidFrom()) + (memory.getValidTo() == null ? "" : " to " + day(memory.getValidTo()));
        write(String.format(Locale.ROOT, "      %.2f  %s  ", memory.getScore(), days), memory.getText(),
                memory.getValidTo() == null ? Style.PLAIN : Style.STRUCK);
    }

    private String head(String bank, String kind, Style style) {
        return String.format("  %-16s %s ", bank, paint(String.format("%-6s", kind), style));
    }

    /** Breaks the text at spaces; its further lines stand below its first. */
    private void write(String head, String text, Style style) {
        int room = Math.max(LEAST_TEXT_WIDTH, WIDTH - width(head));
        String indent = " ".repeat(width(head));
        String rest = style == Style.STRUCK && !terminal ? "~" + text + "~" : text;
        String start = head;
        while (rest.length() > room) {
            int space = rest.lastIndexOf(' ', room);
            int end = space > 0 ? space : room;
            out.println(start + paint(rest.substring(0, end), style));
            rest = rest.substring(end).stripLeading();
            start = indent;
        }
        out.println(start + paint(rest, style));
    }

    private String paint(String text, Style style) {
        return terminal && !style.code.isEmpty() ? "\u001b[" + style.code + "m" + text + "\u001b[0m" : text;
    }

    /** Columns on the screen. */
    private static int width(String head) {
        return head.replaceAll("\u001b\\[[0-9;]*m", "").length();
    }

    private static String day(Instant time) {
        return time.toString().substring(0, "2025-03-01".length());
    }

    private static String minute(Instant time) {
        return time.toString().substring(0, "2025-03-01T10:00".length()).replace('T', ' ');
    }

    private static Style style(OperationKind kind) {
        return switch (kind) {
            case ADD -> Style.GREEN;
            case UPDATE -> Style.YELLOW;
            case DELETE, FORGET -> Style.RED;
            default -> Style.GREY;
        };
    }
}
