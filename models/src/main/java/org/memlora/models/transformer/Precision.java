package org.memlora.models.transformer;

/**
 * Number format of the products with frozen weights while an expert is trained; the expert, its gradients, attention and the
 * loss are float32 in both. bfloat16 halves the base's memory and is faster on processors that multiply it (avx512_bf16, AMX).
 */
public enum Precision { FLOAT32, BFLOAT16 }
