/** summary.json, the lines of answers and operations, and the page for people. */
package org.memlora.evaluation.report;
