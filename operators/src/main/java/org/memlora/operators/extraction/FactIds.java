package org.memlora.operators.extraction;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Ids minted by the system, never by the model: the paper's own example output re-uses ids (appendix). */
public final class FactIds {

    private FactIds() { }

    /** "m" and 16 hex digits of SHA-256 over bank, first event and position; each part ends in a zero byte. */
    public static String mint(String bankId, String firstEventId, int position) {
        String parts = bankId + '\0' + firstEventId + '\0' + position + '\0';
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(parts.getBytes(StandardCharsets.UTF_8));
            return "m" + HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
        }
    }
}
