/** What the processors hand to each other, and what they share. */
package org.memlora.topology.flow;
