package org.memlora.distillation.training;

/**
 * One point of the loss curve, in nats per completion token.
 *
 * @param step optimizer steps done
 * @param training loss of the last step's examples, with dropout; NaN before the first step
 * @param validation loss on the validation set; NaN where none was computed
 */
public record LossPoint(int step, double training, double validation) { }
