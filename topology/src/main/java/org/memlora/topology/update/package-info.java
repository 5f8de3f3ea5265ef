/** Fourth stage: facts to memory operations; questions meet the memories they may see; Forget erases. */
package org.memlora.topology.update;
