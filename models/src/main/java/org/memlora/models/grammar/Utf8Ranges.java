package org.memlora.models.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Code points as sequences of byte ranges of their UTF-8 form. */
final class Utf8Ranges {

    private static final int[] LAST_OF_LENGTH = {0x7F, 0x7FF, 0xFFFF, Character.MAX_CODE_POINT};

    private Utf8Ranges() { }

    /** Each element is lo, hi, lo, hi ..: one range per byte. Together they cover exactly the characters allowed. */
    static List<int[]> allExcept(Set<Integer> excluded) {
        TreeSet<Integer> gaps = new TreeSet<>(excluded);
        for (int c = 0; c <= 0x9F; c++) {
            if (Character.isISOControl(c)) {
                gaps.add(c);
            }
        }
        List<int[]> sequences = new ArrayList<>();
        int from = 0;
        for (int gap : gaps) {
            addValid(from, Math.min(gap - 1, Character.MAX_CODE_POINT), sequences);
            from = Math.max(from, gap + 1);
        }
        addValid(from, Character.MAX_CODE_POINT, sequences);
        return sequences;
    }

    private static void addValid(int lo, int hi, List<int[]> out) {
        addByLength(lo, Math.min(hi, Character.MIN_SURROGATE - 1), out);
        addByLength(Math.max(lo, Character.MAX_SURROGATE + 1), hi, out);
    }

    private static void addByLength(int lo, int hi, List<int[]> out) {
        int first = 0;
        for (int length = 1; length <= 4; length++) {
            int last = LAST_OF_LENGTH[length - 1];
            if (lo <= last && hi >= first && lo <= hi) {
                split(Math.max(lo, first), Math.min(hi, last), length, out);
            }
            first = last + 1;
        }
    }

    private static void split(int lo, int hi, int length, List<int[]> out) {
        for (int i = 1; i < length; i++) {
            int mask = (1 << (6 * i)) - 1;
            if ((lo & ~mask) != (hi & ~mask)) {
                if ((lo & mask) != 0) {
                    split(lo, lo | mask, length, out);
                    split((lo | mask) + 1, hi, length, out);
                    return;
                }
                if ((hi & mask) != mask) {
                    split(lo, (hi & ~mask) - 1, length, out);
                    split(hi & ~mask, hi, length, out);
                    return;
                }
            }
        }
        int[] ranges = new int[2 * length];
        for (int i = 0; i < length; i++) {
            ranges[2 * i] = byteAt(lo, i, length);
            ranges[2 * i + 1] = byteAt(hi, i, length);
        }
        out.add(ranges);
    }

    private static int byteAt(int point, int i, int length) {
        int bits = point >> (6 * (length - 1 - i));
        if (i > 0) {
            return 0x80 | bits & 0x3F;
        }
        return switch (length) {
            case 1 -> bits;
            case 2 -> 0xC0 | bits;
            case 3 -> 0xE0 | bits;
            default -> 0xF0 | bits;
        };
    }
}
