/** Whether the memory stays clean: duplicates, contradictions, wrong deletes, junk. */
package org.memlora.evaluation.health;
