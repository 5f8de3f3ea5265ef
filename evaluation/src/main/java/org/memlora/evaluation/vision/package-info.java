/** Questions about pictures: the vision expert beside simpler ways. */
package org.memlora.evaluation.vision;
