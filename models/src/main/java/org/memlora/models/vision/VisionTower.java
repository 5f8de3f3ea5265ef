package org.memlora.models.vision;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.memlora.models.transformer.PyTorchThreads;
import org.memlora.models.vision.VisionConfig.Family;
import org.memlora.models.weights.WeightSource;

/**
 * The vision transformer with its projector: tiles to vectors of the transformer's width. Tiles go through together as long as their attention
 * scores fit {@value #SCORE_BYTES} bytes (one tile of SmolVLM or InternVL3 is more or less that), so memory does not grow with the picture.
 * Threading: one caller at a time.
 */
public final class VisionTower implements AutoCloseable {
    static final long SCORE_BYTES = 64L << 20;

    private final VisionConfig config;
    private final int transformerWidth;
    private final int tilesPerStep;
    private final NDManager manager;
    private final DataType type;
    private final Affine patches;
    private final NDArray classToken;
    private final NDArray positions;
    private final List<VisionBlock> blocks = new ArrayList<>();
    private final LayerNormalisation finalNorm;
    private final Projector projector;

    private VisionTower(VisionConfig config, VisionLoader loader, int transformerWidth, long scoreBytes) {
        this.config = config;
        this.transformerWidth = transformerWidth;
        this.manager = loader.manager();
        this.type = loader.type();
        long scores = (long) config.heads() * config.tokens() * config.tokens() * type.getNumOfBytes();
        this.tilesPerStep = (int) Math.max(1, Math.min(Integer.MAX_VALUE, scoreBytes / scores));
        VisionNames names = VisionNames.of(config.family());
        int width = config.width();
        patches = new Affine(loader.matrix(names.patches() + ".weight", width, config.patchValues(), width, 3, config.patchSide(), config.patchSide()),
                loader.vector(names.patches() + ".bias", width));
        boolean internVl = config.family() == Family.INTERNVL;
        classToken = internVl ? loader.matrix("vision.embeddings.cls_token", 1, width, 1, 1, width) : null;
        positions = internVl ? loader.matrix(names.positions(), config.tokens(), width, 1, config.tokens(), width)
                : loader.matrix(names.positions(), config.tokens(), width, config.tokens(), width);
        for (int layer = 0; layer < config.layers(); layer++) {
            blocks.add(new VisionBlock(config, loader, layer));
        }
        finalNorm = internVl ? null : loader.norm("vision.post_layernorm", width, config.normEpsilon());
        projector = new Projector(config, loader, transformerWidth);
    }

    /**
     * @param weights as the family publishes them
     * @param transformerWidth W
     * @param type FLOAT32, or FLOAT16 on a GPU
     * @throws IllegalArgumentException if a tensor doesn't fit the config; nothing is kept then
     */
    public static VisionTower load(VisionConfig config, WeightSource weights, int transformerWidth, Device device, DataType type) {
        return load(config, weights, transformerWidth, device, type, SCORE_BYTES);
    }

    static VisionTower load(VisionConfig config, WeightSource weights, int transformerWidth, Device device, DataType type, long scoreBytes) {
        PyTorchThreads.configure();
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        try {
            return new VisionTower(config, new VisionLoader(new VisionWeights(weights), manager, type), transformerWidth, scoreBytes);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    public VisionConfig config() {
        return config;
    }

    int tilesPerStep() {
        return tilesPerStep;
    }

    /** Native arrays that this tower holds; the same before and after each call. */
    public int liveArrays() {
        return manager.getManagedArrays().size();
    }

    /** The features of all tiles, one tile after another: [tiles * featuresPerTile, W] row-major. */
    public float[] features(TiledPicture picture) {
        int perTile = config.featuresPerTile() * transformerWidth;
        float[] features = new float[Math.multiplyExact(picture.tiles().size(), perTile)];
        for (int first = 0; first < picture.tiles().size(); first += tilesPerStep) {
            int count = Math.min(tilesPerStep, picture.tiles().size() - first);
            try (NDManager scratch = manager.newSubManager()) {
                float[] values = forward(picture.patches(first, count, config.patchSide()), count, scratch).toType(DataType.FLOAT32, false)
                        .toFloatArray();
                System.arraycopy(values, 0, features, first * perTile, values.length);
            }
        }
        return features;
    }

    private NDArray forward(float[] pixels, int tiles, NDManager scratch) {
        NDArray input = scratch.create(pixels, new Shape((long) tiles * config.patches(), config.patchValues())).toType(type, false);
        NDArray x = patches.forward(input).reshape(tiles, config.patches(), config.width());
        if (classToken != null) {
            NDArray first = scratch.zeros(new Shape(tiles, 1, config.width()), type).add(classToken);
            x = NDArrays.concat(new NDList(first, x), 1);
        }
        x = x.add(positions).reshape((long) tiles * config.tokens(), config.width());
        for (VisionBlock block : blocks) {
            try (NDManager inner = scratch.newSubManager()) {
                x.attach(inner);
                x = block.forward(x, tiles);
                x.attach(scratch);
            }
        }
        NDArray seen = (finalNorm == null ? x : finalNorm.forward(x)).reshape(tiles, config.tokens(), config.width());
        if (classToken != null) {
            seen = seen.get(new NDIndex().addAllDim().addSliceDim(1, config.tokens()).addAllDim());
        }
        return projector.forward(seen);
    }

    @Override
    public void close() {
        manager.close();
    }
}
