/** Pictures: fetched, checked, kept for a later look, and described before extraction reads their turns. */
package org.memlora.topology.vision;
