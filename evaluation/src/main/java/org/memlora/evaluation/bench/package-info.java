/** The performance table: our pipeline against one request at a time, long prompts and other engines. */
package org.memlora.evaluation.bench;
