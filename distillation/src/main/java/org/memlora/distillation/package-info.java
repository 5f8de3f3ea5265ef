/** From a teacher's outputs to trained experts. */
package org.memlora.distillation;
