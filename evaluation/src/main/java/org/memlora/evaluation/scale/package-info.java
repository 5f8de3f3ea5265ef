/** How the pipeline itself scales: workers, conversations and banks, with a model that costs nothing or a fixed time. */
package org.memlora.evaluation.scale;
