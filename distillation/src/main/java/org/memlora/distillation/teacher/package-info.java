/** A teacher's outputs: asked for, written down, replayed as training examples. */
package org.memlora.distillation.teacher;
