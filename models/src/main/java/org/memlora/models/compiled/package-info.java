/**
 * The transformer as a quantised ONNX graph on ONNX Runtime, for CPUs.
 * Shapes: B rows, T tokens per row, C width, K key-value heads, S keys a cache row has room for, D head width,
 * R LoRA ranks of all experts together, V vocabulary.
 */
package org.memlora.models.compiled;
