package org.memlora.models.vision.embedded;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.memlora.models.picture.Resampler;
import org.memlora.models.picture.RgbPicture;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.vision.Eyes;
import org.memlora.models.weights.WeightSource;

/**
 * The embedded default. A picture that looks like those it was taught on becomes vectors of its objects; any other is a photo and becomes a
 * line with the word of the encoder's own class head where that is sure. Closing closes the parts.
 */
public final class EmbeddedEyes implements Eyes {
    /** Pixels along a picture for the class head. */
    private static final int CLASS_SIDE = 224;
    /** Of the shorter edge, what is cut from the middle. */
    private static final float MIDDLE_SHARE = 224f / 256;

    private final SightConfig config;
    private final SafetensorsFile trained;
    private final WeightSource encoder;
    private final PhotoNames names;
    private final int transformerWidth;
    private final Tokenizer tokenizer;
    private final Device device;
    private Parts parts;

    private record Parts(ObjectSight sight, WordProjector projector, Familiarity familiarity) { }

    private EmbeddedEyes(SightConfig config, SafetensorsFile trained, Path encoder, int transformerWidth, Tokenizer tokenizer, Device device) {
        this.config = config;
        this.trained = trained;
        this.encoder = EyesFolder.encoder(encoder);
        this.names = PhotoNames.read(encoder);
        this.transformerWidth = transformerWidth;
        this.tokenizer = tokenizer;
        this.device = device;
    }

    /**
     * Reads the weights with the first picture: PyTorch, which a compiled language model does without, takes memory.
     *
     * @param folder one for which {@link EyesFolder#isOne} holds
     * @param encoder folder of the pretrained encoder
     * @param transformerWidth C
     * @throws RuntimeException with one sentence as its message if a file is missing
     */
    public static EmbeddedEyes open(Path folder, Path encoder, int transformerWidth, Tokenizer tokenizer, Device device) {
        return new EmbeddedEyes(SightConfig.read(folder), SafetensorsFile.open(folder.resolve(EyesFolder.FILE)), encoder, transformerWidth, tokenizer, device);
    }

    /** All names that a photo can get. @param encoder folder of the pretrained encoder */
    public static List<String> photoNames(Path encoder) {
        return PhotoNames.read(encoder).all();
    }

    private Parts parts() {
        if (parts == null) {
            Familiarity familiarity = Familiarity.read(trained);
            ObjectSight sight = ObjectSight.load(config, encoder, trained, 0, device);
            try {
                parts = new Parts(sight, WordProjector.load(config, transformerWidth, trained, device), familiarity);
            } catch (RuntimeException e) {
                sight.close();
                throw e;
            }
        }
        return parts;
    }

    @Override
    public Seen see(RgbPicture picture) {
        List<float[]> styles = new ArrayList<>();
        ObjectFeatures features = parts().sight.look(List.of(picture), styles).get(0);
        if (parts.familiarity.knows(styles.get(0))) {
            return new Seen(parts.projector.vectors(features), first -> IntStream.range(first, first + features.rows().length).toArray());
        }
        int[] text = tokenizer.encode(PhotoText.prompt(photoName(picture)));
        return new Seen(new float[0], first -> text);
    }

    /** How far a picture is from the familiar ones, as a share of what is still familiar. */
    public double strangeness(RgbPicture picture) {
        List<float[]> styles = new ArrayList<>();
        parts().sight.look(List.of(picture), styles);
        return parts.familiarity.distance(styles.get(0)) / parts.familiarity.limit();
    }

    /** The name of what a photo shows, if one is sure; of the whole picture and of its middle, each also mirrored. */
    public Optional<String> photoName(RgbPicture picture) {
        List<RgbPicture> views = new ArrayList<>(List.of(Resampler.BILINEAR.resize(picture, CLASS_SIDE, CLASS_SIDE), middle(picture)));
        List.copyOf(views).forEach(view -> views.add(mirrored(view)));
        ObjectSight sight = parts().sight;
        try (NDManager scratch = sight.manager().newSubManager()) {
            NDArray pixels = ObjectSight.pixels(views, CLASS_SIDE, scratch);
            NDArray shares = sight.encoder().classes(SightConfig.END_BLOCK, sight.encoder().before(SightConfig.END_BLOCK, pixels)).softmax(1);
            return names.of(shares.mean(new int[] {0}).toFloatArray());
        }
    }

    /** Cut before it is scaled: a strip would grow to gigabytes. */
    static RgbPicture middle(RgbPicture picture) {
        int side = Math.max(1, Math.round(MIDDLE_SHARE * Math.min(picture.width(), picture.height())));
        int left = (picture.width() - side) / 2;
        int top = (picture.height() - side) / 2;
        byte[] rgb = new byte[side * side * RgbPicture.CHANNELS];
        for (int y = 0; y < side; y++) {
            System.arraycopy(picture.rgb(), ((top + y) * picture.width() + left) * RgbPicture.CHANNELS, rgb, y * side * RgbPicture.CHANNELS,
                    side * RgbPicture.CHANNELS);
        }
        return Resampler.BILINEAR.resize(new RgbPicture(side, side, rgb), CLASS_SIDE, CLASS_SIDE);
    }

    private static RgbPicture mirrored(RgbPicture picture) {
        byte[] rgb = new byte[picture.rgb().length];
        int width = picture.width();
        for (int pixel = 0; pixel < width * picture.height(); pixel++) {
            int from = pixel / width * width + width - 1 - pixel % width;
            System.arraycopy(picture.rgb(), from * RgbPicture.CHANNELS, rgb, pixel * RgbPicture.CHANNELS, RgbPicture.CHANNELS);
        }
        return new RgbPicture(width, picture.height(), rgb);
    }

    @Override
    public void close() {
        if (parts != null) {
            parts.sight.close();
            parts.projector.close();
        }
    }
}
