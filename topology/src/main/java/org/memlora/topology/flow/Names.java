package org.memlora.topology.flow;

/** Names of all nodes and stores. Changing a store's name orphans its changelog. */
public final class Names {

    public static final String EVENTS_SOURCE = "events";
    public static final String INBOX = "inbox";
    public static final String EXTRACTION = "extraction";
    public static final String UPDATE = "update";
    public static final String GENERATION = "generation";
    public static final String ANSWERS_SINK = "answers";
    public static final String OPERATIONS_SINK = "memory-operations";
    public static final String DEAD_LETTERS_SINK = "dead-letters";

    /** Accepted events that wait for their micro-batch. */
    public static final String INBOX_STORE = "inbox-events";
    /** Ids of accepted events, for the detection of duplicates. */
    public static final String SEEN_STORE = "seen-events";
    /** Per bank: the turn that waits for its partner, and the time of the last turn. */
    public static final String CONVERSATIONS_STORE = "conversations";
    public static final String MEMORIES_STORE = "memories";

    private Names() { }
}
