/** Fifth stage: questions and their memories to answers, one operator call per micro-batch. */
package org.memlora.topology.generation;
