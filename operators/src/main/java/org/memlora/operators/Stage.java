package org.memlora.operators;

/** The stages of the pipeline: one word each, everywhere. */
public enum Stage { INBOX, EXTRACTION, UPDATE, GENERATION, VISION;

    /** Name of the expert of this stage, of its folder under models/experts/BASE/. */
    public String expertName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
