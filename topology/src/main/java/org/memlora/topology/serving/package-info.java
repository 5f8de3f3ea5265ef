/** Puts a language model, the operators and the graph together. */
package org.memlora.topology.serving;
