/**
 * The transformer on DJL's PyTorch engine.
 * Shapes: B rows, T tokens per row, N tokens of all rows packed without padding, S keys of a row, C width, H query heads,
 * K key-value heads, G = H / K, D head width, F feed-forward width, V vocabulary, R LoRA ranks in all.
 * An operation's result belongs to the manager of its left operand, so weights only stand on the right.
 */
package org.memlora.models.transformer;
