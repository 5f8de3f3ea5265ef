package org.memlora.topology.vision;

/** A picture can't be had. The message is the reason of a dead letter: a word in capitals, then what was found, what is expected, what to do. */
final class PictureRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private PictureRefusedException(String message) {
        super(message);
    }

    /** Nothing was sent to where it points. */
    static PictureRefusedException uri(String uri, String found, String expected) {
        return new PictureRefusedException("PICTURE_URI_REFUSED: the picture's URI " + shown(uri) + ' ' + found + ", expected " + expected);
    }

    static PictureRefusedException unreachable(String uri, String found) {
        return new PictureRefusedException("PICTURE_UNREACHABLE: the picture at " + shown(uri) + " can't be fetched (" + found
                + "), expected an answer with the file; make it reachable and replay, or send the bytes");
    }

    static PictureRefusedException tooLarge(String uri, String found, int most) {
        return new PictureRefusedException("PICTURE_TOO_LARGE: the picture at " + shown(uri) + " has " + found + " bytes, expected at most " + most
                + " (picture.fetch.max.bytes); send a smaller version");
    }

    static PictureRefusedException missing(String found) {
        return new PictureRefusedException("PICTURE_MISSING: the picture has " + found + ", expected exactly one of bytes and uri; send it again");
    }

    private static String shown(String uri) {
        int most = 200;
        return uri.length() <= most ? uri : uri.substring(0, most) + "...";
    }
}
