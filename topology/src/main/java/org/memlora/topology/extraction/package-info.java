/** Third stage: exchanges to facts, one operator call per micro-batch. */
package org.memlora.topology.extraction;
