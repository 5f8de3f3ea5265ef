/** A broker within the process for the demo, laptops and tests; creation of the topics on any broker. */
package org.memlora.topology.broker;
