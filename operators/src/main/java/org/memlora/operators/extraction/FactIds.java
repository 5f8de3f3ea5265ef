package org.memlora.operators.extraction;

import java.util.HexFormat;
import org.apache.commons.codec.digest.DigestUtils;

/** Ids minted by the system, never by the model: the paper's own example output re-uses ids (appendix). */
public final class FactIds {

    private FactIds() { }

    /** "m" and 16 hex digits of SHA-256 over bank, first event and position; each part ends in a zero byte. */
    public static String mint(String bankId, String firstEventId, int position) {
        String parts = bankId + '\0' + firstEventId + '\0' + position + '\0';
        return "m" + HexFormat.of().formatHex(DigestUtils.sha256(parts), 0, 8);
    }
}
