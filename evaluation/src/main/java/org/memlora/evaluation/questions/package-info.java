/** Conversations with questions whose right answers are known. */
package org.memlora.evaluation.questions;
