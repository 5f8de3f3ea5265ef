package org.memlora.topology.vision;

import org.apache.commons.codec.digest.DigestUtils;

/** What a picture is known by: SHA-256 of its file, hexadecimal. */
final class PictureHash {

    private PictureHash() { }

    static String of(byte[] file) {
        return DigestUtils.sha256Hex(file);
    }
}
