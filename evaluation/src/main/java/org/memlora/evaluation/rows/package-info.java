/** Ways to answer the questions: the pipeline with more or fewer experts, and what it has to beat. */
package org.memlora.evaluation.rows;
