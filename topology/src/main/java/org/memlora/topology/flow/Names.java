package org.memlora.topology.flow;

import java.util.List;

/** Names of all nodes and stores. Changing a store's name orphans its changelog. */
public final class Names {

    public static final String EVENTS_SOURCE = "events";
    public static final String INBOX = "inbox";
    public static final String VISION = "vision";
    public static final String EXTRACTION = "extraction";
    public static final String UPDATE = "update";
    public static final String GENERATION = "generation";
    public static final String OUTBOX = "outbox";
    public static final String ANSWERS_SINK = "answers";
    public static final String OPERATIONS_SINK = "memory-operations";
    public static final String DEAD_LETTERS_SINK = "dead-letters";
    /** Back to the events' own topic. */
    public static final String SWEEP_SINK = "sweep";

    /** Accepted events that wait for their micro-batch. */
    public static final String INBOX_STORE = "inbox-events";
    /** Ids of accepted events, for the detection of duplicates. */
    public static final String SEEN_STORE = "seen-events";
    /** Per bank: the turn that waits for its partner, and the time of the last turn. */
    public static final String CONVERSATIONS_STORE = "conversations";
    public static final String MEMORIES_STORE = "memories";
    /** Files of pictures that banks were shown. */
    public static final String PICTURES_STORE = "pictures";
    /** How many records of each bank stand on each output topic. */
    public static final String OUTPUTS_STORE = "outputs";
    /** What remains to be done after Forgets. */
    public static final String ERASURES_STORE = "erasures";
    public static final List<String> STORES = List.of(INBOX_STORE, SEEN_STORE, CONVERSATIONS_STORE, MEMORIES_STORE, PICTURES_STORE,
            OUTPUTS_STORE, ERASURES_STORE);

    private Names() { }
}
