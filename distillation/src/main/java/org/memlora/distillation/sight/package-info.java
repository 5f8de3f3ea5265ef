/** Teaches the embedded eyes on rendered scenes, whose renderer knows each object; then the projector and the vision expert are trained on what they see. */
package org.memlora.distillation.sight;
