/** Figures as SVG text. */
package org.memlora.evaluation.plots;
