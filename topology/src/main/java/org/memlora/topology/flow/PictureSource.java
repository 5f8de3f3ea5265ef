package org.memlora.topology.flow;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.memlora.schemas.Picture;

/** Where a picture's file is: in the event, or behind a URI. {@code bytes} is not copied. */
public record PictureSource(Optional<ByteBuffer> bytes, Optional<String> uri) {

    public static PictureSource of(Picture picture) {
        return new PictureSource(Optional.ofNullable(picture.getBytes()), Optional.ofNullable(picture.getUri()));
    }

    public static PictureSource at(String uri) {
        return new PictureSource(Optional.empty(), Optional.of(uri));
    }
}
