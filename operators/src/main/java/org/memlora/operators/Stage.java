package org.memlora.operators;

import java.util.Locale;

/** The stages of the pipeline: one word each, everywhere. */
public enum Stage { INBOX, EXTRACTION, UPDATE, GENERATION, VISION;

    /** In records, metrics and reports. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Name of the expert of this stage, of its folder under models/experts/BASE/. */
    public String expertName() {
        return word();
    }
}
