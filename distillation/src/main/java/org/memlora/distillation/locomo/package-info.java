/** Conversations in LoCoMo's own format (snap-research/LoCoMo), with what a large model made of them. */
package org.memlora.distillation.locomo;
