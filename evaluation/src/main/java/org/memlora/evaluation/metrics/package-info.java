/** Scores of answers, and intervals around their means. */
package org.memlora.evaluation.metrics;
