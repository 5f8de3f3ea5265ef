/** Expert 4: what pictures show, for memories and for answers. */
package org.memlora.operators.vision;
