/** What a worker shows of itself: metrics, health, state. */
package org.memlora.topology.monitoring;
