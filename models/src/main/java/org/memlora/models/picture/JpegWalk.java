package org.memlora.models.picture;

import org.memlora.models.picture.PictureException.Reason;
import org.memlora.models.picture.PictureHeader.Format;

/** Goes through a JPEG's markers up to its end: the JDK's decoder fills what is missing in a file cut short with grey. */
final class JpegWalk {
    private static final int END = 0xD9;
    private static final int START_OF_SCAN = 0xDA;
    private static final int APP1 = 0xE1;
    /** A progressive picture has about 10; thousands of empty ones would keep the decoder busy for hours. */
    private static final int MOST_SCANS = 100;

    private final byte[] file;
    private int at = 2;
    private int width;
    private int height;
    private int components;
    private int orientation = 1;
    private int scans;

    JpegWalk(byte[] file) {
        this.file = file;
    }

    PictureHeader header() {
        for (int marker = nextMarker(); marker != END; marker = nextMarker()) {
            if (marker == 0x01 || marker >= 0xD0 && marker <= 0xD8) {
                continue;   // without content
            }
            int length = unsigned16(at);
            if (length < 2 || at + length > file.length) {
                throw PictureHeader.truncated(Format.JPEG, file);
            }
            segment(marker, at + 2, at + length);
            at += length;
        }
        if (components == 0 || scans == 0) {
            throw new PictureException(Reason.DAMAGED, "the JPEG picture has no " + (components == 0 ? "frame header" : "pixels")
                    + ", expected both header and pixels; send an undamaged file");
        }
        return new PictureHeader(Format.JPEG, width, height, orientation);
    }

    /** Also leaves a scan's data behind, in which FF is followed by 00 or a restart marker. */
    private int nextMarker() {
        while (at + 1 < file.length) {
            int next = file[at + 1] & 0xFF;
            if ((file[at] & 0xFF) != 0xFF || next == 0 || next == 0xFF) {
                at++;
                continue;
            }
            at += 2;
            return next;
        }
        throw PictureHeader.truncated(Format.JPEG, file);
    }

    private void segment(int marker, int from, int to) {
        boolean frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (frame && components == 0 && to - from >= 6) {
            height = unsigned16(from + 1);
            width = unsigned16(from + 3);
            components = file[from + 5] & 0xFF;
            if (components != 1 && components != 3) {
                throw new PictureException(Reason.UNSUPPORTED_COLOURS, "the JPEG picture has " + components + " colour channels"
                        + (components == 4 ? " (CMYK)" : "") + ", expected RGB or grey; convert it to RGB");
            }
        } else if (marker == START_OF_SCAN && ++scans > MOST_SCANS) {
            throw new PictureException(Reason.DAMAGED, "the JPEG picture has more than " + MOST_SCANS
                    + " scans, expected some 10; save it again with an ordinary program");
        } else if (marker == APP1 && PictureHeader.startsWith(file, from, 'E', 'x', 'i', 'f', 0, 0)) {
            orientation = ExifOrientation.of(file, from + 6, to);
        }
    }

    private int unsigned16(int index) {
        return index + 1 < file.length ? (file[index] & 0xFF) << 8 | file[index + 1] & 0xFF : 0;
    }
}
