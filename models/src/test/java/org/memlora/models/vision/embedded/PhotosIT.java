package org.memlora.models.vision.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.memlora.models.OpenedBase;
import org.memlora.models.bases.BaseCatalog;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.picture.PictureDecoder;
import org.memlora.models.picture.PictureLimits;

/**
 * Photos that scikit-image 0.26.0 and scikit-learn 1.9.1 carry as package data, not kept here: unpack skimage/data/*.png, *.jpg and
 * sklearn/datasets/images/*.jpg of their wheels into one folder and name it in MEMLORA_PHOTOS.
 */
@Tag("large")
class PhotosIT {
    /** What they show, as their packages' documentation says; pictures of microscopes, textures and drawings left out. */
    private static final Map<String, List<String>> SHOWN = new TreeMap<>(Map.of("astronaut.png", List.of("astronaut", "space suit"),
            "camera.png", List.of("tripod", "camera"), "chelsea.png", List.of("cat", "tabby"), "china.jpg", List.of("building", "palace"),
            "coffee.png", List.of("espresso", "cup of coffee"), "coins.png", List.of("coin"), "flower.jpg", List.of("flower"),
            "motorcycle_left.png", List.of("motorcycle"), "motorcycle_right.png", List.of("motorcycle"), "rocket.jpg", List.of("rocket")));

    @Test
    void photosAreNamedRightlyAndNoneIsTakenForAScene() throws IOException {
        String given = System.getenv("MEMLORA_PHOTOS");
        Path eyesFolder = Path.of("experts", BaseCatalog.SMOLLM2_135M, "vision");
        assumeTrue(given != null && EyesFolder.isOne(eyesFolder), "MEMLORA_PHOTOS names no folder, or there is no vision expert");
        OpenedBase base = OpenedBase.open(BaseCatalog.SMOLLM2_135M, DownloadProgress.none());
        int right = 0;
        try (EmbeddedEyes eyes = EmbeddedEyes.open(eyesFolder, EyesFolder.encoderFor(eyesFolder), base.config().width(), base.tokenizer(), Device.cpu())) {
            for (Map.Entry<String, List<String>> photo : SHOWN.entrySet()) {
                var picture = new PictureDecoder(PictureLimits.DEFAULT).decode(Files.readAllBytes(Path.of(given).resolve(photo.getKey())));
                Optional<String> name = eyes.photoName(picture);
                System.out.printf("%s: %s, %.2f times as strange as a scene may be%n", photo.getKey(), name.orElse("(no name)"), eyes.strangeness(picture));
                assertThat(eyes.see(picture).vectors()).as(photo.getKey() + " as objects of a scene").isEmpty();
                right += name.filter(photo.getValue()::contains).isPresent() ? 1 : 0;
            }
        }
        assertThat(right).isGreaterThanOrEqualTo(7);
    }
}
