/** Nested validation: which settings train the best experts, by validation loss per stage, then by the whole pipeline's score. */
package org.memlora.distillation.search;
