/** Dialogues from files, and the demo that streams one through an embedded pipeline. */
package org.memlora.topology.demo;
