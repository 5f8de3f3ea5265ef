/** Faults on purpose: real processes killed, brokers stopped, folders deleted, models broken; what comes out is compared with a sequential replay. */
package org.memlora.topology.faults;
