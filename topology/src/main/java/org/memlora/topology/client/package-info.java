/** A person's or a script's way in and out: sending events, reading what the pipeline wrote. */
package org.memlora.topology.client;
