/** First stage: reads, checks and keeps events, and lets them go as micro-batches of paired exchanges. */
package org.memlora.topology.inbox;
