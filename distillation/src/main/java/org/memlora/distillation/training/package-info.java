/** The LoRA trainer: one expert, one frozen base, one thread. */
package org.memlora.distillation.training;
