/** Rendered pictures with questions and descriptions: data of our own for the vision expert. */
package org.memlora.distillation.scenes;
