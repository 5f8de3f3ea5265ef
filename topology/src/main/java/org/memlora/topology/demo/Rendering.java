package org.memlora.topology.demo;

import java.io.PrintStream;
import java.util.Locale;
import org.memlora.schemas.Answer;
import org.memlora.schemas.AnswerStatus;
import org.memlora.schemas.FailedEvent;
import org.memlora.schemas.MemoryOperation;
import org.memlora.schemas.MemoryRead;
import org.memlora.schemas.OperationKind;

/** Operations and answers as text for people. */
public final class Rendering {

    private static final String RESET = "\u001b[0m";
    private static final int MOST_MEMORIES = 5;

    private final PrintStream out;
    private final boolean terminal;

    /** @param terminal may show colours and struck text */
    public Rendering(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    public void operation(MemoryOperation operation) {
        String head = String.format("  %-16s %s ", operation.getBankId(), paint(colour(operation.getKind()), String.format("%-6s", operation.getKind())));
        String day = operation.getOccurredOn() == null ? "" : "  [" + operation.getOccurredOn() + "]";
        switch (operation.getKind()) {
            case UPDATE, DELETE -> out.println(head + struck(operation.getTargetText()) + " -> " + operation.getFactText() + day);
            case NONE -> out.println(head + operation.getFactText() + "  (already known)");
            case FORGET -> out.println(head + "the whole bank");
            default -> out.println(head + operation.getFactText() + day);
        }
    }

    public void answer(Answer answer) {
        String text = answer.getStatus() == AnswerStatus.ANSWERED ? answer.getText()
                : answer.getStatus() == AnswerStatus.NO_MEMORIES ? "(nothing is known)" : "(no answer)";
        out.println(paint("1", "? " + answer.getBankId() + ": " + answer.getQuestion()));
        out.println(paint("1;32", "  = " + text) + (answer.getReason() == null ? "" : "  (" + answer.getReason() + ")"));
        answer.getMemories().stream().limit(MOST_MEMORIES).forEach(this::memory);
        if (answer.getMemories().size() > MOST_MEMORIES) {
            out.println("      and " + (answer.getMemories().size() - MOST_MEMORIES) + " more");
        }
    }

    void gold(String gold) {
        out.println("  expected: " + gold);
    }

    void deadLetter(FailedEvent failed) {
        out.println(paint("31", "  dead letter, " + failed.getStage() + ", bank " + failed.getBankId() + ", events "
                + failed.getEventIds() + ": " + failed.getReason()));
    }

    private void memory(MemoryRead memory) {
        String text = memory.getValidTo() == null ? memory.getText() : struck(memory.getText());
        out.println(String.format(Locale.ROOT, "      %.2f  %s  (%s)", memory.getScore(), text, memory.getValidFrom().toString().substring(0, 10)));
    }

    private String struck(String text) {
        return terminal ? "\u001b[9m" + text + RESET : "~" + text + "~";
    }

    private String paint(String code, String text) {
        return terminal ? "\u001b[" + code + "m" + text + RESET : text;
    }

    private static String colour(OperationKind kind) {
        return switch (kind) {
            case ADD -> "32";
            case UPDATE -> "33";
            case DELETE, FORGET -> "31";
            default -> "90";
        };
    }
}
