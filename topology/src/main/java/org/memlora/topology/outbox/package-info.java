/** Last node before the outputs: numbers the records of each bank, and erases them when the bank is forgotten. */
package org.memlora.topology.outbox;
