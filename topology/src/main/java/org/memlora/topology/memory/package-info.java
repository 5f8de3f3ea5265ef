/** The store {@code memories}: keys, records and the bank view that the operators use. */
package org.memlora.topology.memory;
