package org.memlora.topology.inbox;

import java.time.Duration;

/** The settings of the inbox; PipelineSettings says what they mean. */
public record InboxSettings(int batchEvents, Duration batchWait, int maxTextChars, int maxEventBytes, Duration maxGap, Duration maxLateness,
        Duration seenRetention, Duration registryRetry, Duration batchWorst) { }
