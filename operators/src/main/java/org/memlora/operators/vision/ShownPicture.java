package org.memlora.operators.vision;

/** A picture that an event of a bank shows. {@code file}: JPEG, PNG or WebP; not copied. */
public record ShownPicture(String bankId, String eventId, byte[] file) { }
