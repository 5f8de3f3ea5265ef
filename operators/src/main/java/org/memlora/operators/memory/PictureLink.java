package org.memlora.operators.memory;

import java.util.Optional;

/**
 * Which picture shows what a memory says.
 *
 * @param hash SHA-256 of the encoded file, hexadecimal
 * @param uri where it was fetched from, and may be again; empty = it came with the event
 */
public record PictureLink(String hash, Optional<String> uri) { }
