/** Conversations through the real pipeline: scores, reports, benchmarks. */
package org.memlora.evaluation;
