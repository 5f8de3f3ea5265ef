package org.memlora.distillation.scenes;

import java.util.Locale;

/** The kinds of MemLoRA-V's visual questions. */
public enum QuestionKind {
    COUNTING, COLOUR, UNUSUAL;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
