/** A language model behind an OpenAI-compatible endpoint that says whether answers are right. */
package org.memlora.evaluation.judge;
