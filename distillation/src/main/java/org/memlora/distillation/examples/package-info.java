/** Training examples of the stages: prompts exactly as the operators build them for an expert, and what the expert shall answer. */
package org.memlora.distillation.examples;
