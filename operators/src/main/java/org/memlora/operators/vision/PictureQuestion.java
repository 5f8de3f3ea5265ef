package org.memlora.operators.vision;

/** A question about a picture. {@code picture}: JPEG, PNG or WebP; not copied. */
public record PictureQuestion(String bankId, String questionEventId, String question, byte[] picture) { }
