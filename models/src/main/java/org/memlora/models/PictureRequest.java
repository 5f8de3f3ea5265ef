package org.memlora.models;

import java.util.Objects;

/**
 * A prompt about a picture.
 *
 * @param picture the JPEG, PNG or WebP file; not copied
 * @param request its last message is the user's; the picture stands before that message's text
 */
public record PictureRequest(byte[] picture, GenerationRequest request) {

    public PictureRequest {
        Objects.requireNonNull(picture, "picture");
        Objects.requireNonNull(request, "request");
    }
}
