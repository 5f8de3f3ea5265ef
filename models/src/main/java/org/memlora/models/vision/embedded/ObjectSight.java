package org.memlora.models.vision.embedded;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Activation;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.memlora.models.picture.Resampler;
import org.memlora.models.picture.RgbPicture;
import org.memlora.models.safetensors.SafetensorsWriter;
import org.memlora.models.transformer.PyTorchThreads;
import org.memlora.models.vision.embedded.SightConfig.Attribute;
import org.memlora.models.vision.embedded.SightConfig.Kind;
import org.memlora.models.weights.WeightSource;

/**
 * Pictures to tokens: one for the whole and one for each object. The first blocks of the encoder are frozen; trained are the next ones, which
 * begin as the encoder's, a map of where objects are, attention between objects, and heads that read the attributes off the tokens.
 * Threading: one thread.
 */
public final class ObjectSight implements AutoCloseable {
    /** Cells about one in which an object's parts are: its middle is not where its parts are. */
    private static final Shape NEAR = new Shape(5, 5);
    private static final Shape NEAR_PADDING = new Shape(2, 2);

    private final SightConfig config;
    private final NDManager manager;
    private final LiteEncoder encoder;
    private final SightParameters parameters;
    private final List<InvertedBottleneck> branch;
    private final NDArray[] neck;
    private final NDArray[] near;
    private final NDArray[] heat;
    private final NDArray[] whole;
    private final NDArray rowPlaces;
    private final NDArray columnPlaces;
    private final NDArray[] early;
    private final NDArray known;
    private final List<MixingLayer> mixing = new ArrayList<>();
    private final NDArray[] finalNorm;
    private final NDArray[] attributes;

    /**
     * What a pass saw.
     *
     * @param heat [B * S * S, 2] logits: no object's middle in this cell, or one; null where only tokens were asked for
     * @param tokens [n, D], of each picture the whole, then its cells in the order given
     * @param attributes [n, A] logits
     * @param early the same of each token by itself, before it has seen the others
     */
    public record Seen(NDArray heat, NDArray tokens, NDArray attributes, NDArray early) { }

    private ObjectSight(SightConfig config, WeightSource encoderWeights, WeightSource trained, long seed, NDManager manager) {
        this.config = config;
        this.manager = manager;
        this.encoder = new LiteEncoder(encoderWeights, manager);
        this.parameters = new SightParameters(manager, trained, seed);
        int width = config.width();
        branch = LiteEncoder.blocks(trained == null ? encoderWeights : trained, manager, config.trunkBlocks(), SightConfig.END_BLOCK);
        for (int i = 0; i < branch.size(); i++) {
            keep(branch.get(i), "blocks." + (config.trunkBlocks() + i) + ".");
        }
        neck = parameters.linear("neck", width, LiteEncoder.plan(SightConfig.END_BLOCK - 1).out());
        near = parameters.zeros("near", width, width);
        heat = parameters.linear("heat", 2, width);
        whole = parameters.linear("whole", width, width);
        rowPlaces = parameters.get("places.rows", 0.1, config.cells(), width);
        columnPlaces = parameters.get("places.columns", 0.1, config.cells(), width);
        early = parameters.linear("early", config.values(), width);
        known = parameters.get("known.weight", 1 / Math.sqrt(config.attributes().size()), width, config.values());
        for (int layer = 0; layer < config.mixingLayers(); layer++) {
            mixing.add(new MixingLayer(parameters, "mixing." + layer, width, config.heads()));
        }
        finalNorm = MixingLayer.norm(parameters, "final_norm", width);
        attributes = parameters.linear("attributes", config.values(), width);
    }

    private void keep(InvertedBottleneck block, String name) {
        keep(block.expand(), name + "expand");
        keep(block.depthwise(), name + "depthwise");
        keep(block.project(), name + "project");
    }

    private void keep(Convolution convolution, String name) {
        if (convolution != null) {
            parameters.keep(name + ".weight", convolution.weight());
            parameters.keep(name + ".bias", convolution.bias());
        }
    }

    /**
     * @param encoder weights of EfficientNet-lite0
     * @param trained as {@link #add} wrote them; null = fresh ones
     * @param seed of fresh ones
     * @throws IllegalArgumentException if a tensor doesn't fit; nothing is kept then
     */
    public static ObjectSight load(SightConfig config, WeightSource encoder, WeightSource trained, long seed, Device device) {
        PyTorchThreads.configure();
        NDManager manager = NDManager.newBaseManager(device, "PyTorch");
        try {
            return new ObjectSight(config, encoder, trained, seed, manager);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    public SightConfig config() {
        return config;
    }

    /** For the arrays of a step. */
    public NDManager manager() {
        return manager;
    }

    LiteEncoder encoder() {
        return encoder;
    }

    /** The trained arrays by name; the same order each time. */
    public Map<String, NDArray> parameters() {
        return parameters.arrays();
    }

    /** Of them, what works on kept rows of the grid: all behind the trained blocks but the map of places. */
    public List<NDArray> mixingParameters() {
        return parameters.arrays().entrySet().stream().filter(entry -> !entry.getKey().matches("(blocks|neck|near|heat)\\..*")).map(Map.Entry::getValue).toList();
    }

    public void set(NDArray parameter, float[] values) {
        parameters.set(parameter, values);
    }

    /** Of the frozen blocks: [B, C, 2 S, 2 S] and the like, by what the blocks' strides are. */
    public NDArray trunk(List<RgbPicture> pictures, NDManager scratch) {
        return encoder.before(config.trunkBlocks(), pixels(pictures, config.side(), scratch));
    }

    static NDArray pixels(List<RgbPicture> pictures, int side, NDManager scratch) {
        float[] values = new float[Math.multiplyExact(pictures.size(), RgbPicture.CHANNELS * side * side)];
        int at = 0;
        for (RgbPicture picture : pictures) {
            byte[] rgb = (picture.width() == side && picture.height() == side ? picture : Resampler.BILINEAR.resize(picture, side, side)).rgb();
            for (int channel = 0; channel < RgbPicture.CHANNELS; channel++) {
                for (int pixel = 0; pixel < side * side; pixel++) {
                    values[at++] = (float) (((rgb[pixel * RgbPicture.CHANNELS + channel] & 0xFF) - LiteEncoder.PIXEL_MEAN) / LiteEncoder.PIXEL_SCALE);
                }
            }
        }
        return scratch.create(values, new Shape(pictures.size(), RgbPicture.CHANNELS, side, side));
    }

    /** The trained blocks on what {@link #trunk} gave: [B * S * S, D]; differentiable. */
    public NDArray grid(NDArray trunk) {
        NDArray rows = Activation.gelu(MixingLayer.linear(rows(LiteEncoder.run(branch, trunk)), neck));
        NDArray map = rows.reshape(-1, config.cells(), config.cells(), config.width()).transpose(0, 3, 1, 2);
        NDArray around = Pool.maxPool2d(map, NEAR, new Shape(1, 1), NEAR_PADDING, false);
        return rows.add(MixingLayer.linear(rows(around), near));
    }

    /** [B, C, S, S] to [B * S * S, C] */
    private static NDArray rows(NDArray map) {
        return map.transpose(0, 2, 3, 1).reshape(-1, map.getShape().get(1));
    }

    /** Where objects are: [B * S * S, 2]. */
    NDArray heat(NDArray grid) {
        return MixingLayer.linear(grid, heat);
    }

    /**
     * What the grid holds for the tokens.
     *
     * @param means [B, D] of the pictures
     * @param objects [objects, D], the cells' rows, picture after picture; null = none
     */
    public record Places(NDArray means, NDArray objects) { }

    /** @param cells of each picture: row * S + column */
    public Places at(NDArray grid, int[][] cells) {
        int size = config.cells() * config.cells();
        List<Long> from = new ArrayList<>();
        for (int picture = 0; picture < cells.length; picture++) {
            for (int cell : cells[picture]) {
                from.add((long) picture * size + cell);
            }
        }
        return new Places(grid.reshape(cells.length, size, config.width()).mean(new int[] {1}),
                from.isEmpty() ? null : grid.get(grid.getManager().create(from.stream().mapToLong(Long::longValue).toArray())));
    }

    /** Tokens of the pictures with objects in these cells; differentiable. */
    public Seen see(NDArray grid, int[][] cells) {
        Seen seen = see(at(grid, cells), cells);
        return new Seen(heat(grid), seen.tokens, seen.attributes, seen.early);
    }

    /** The same without the map of objects' places, e.g. from kept rows of the grid. */
    public Seen see(Places places, int[][] cells) {
        NDManager scratch = places.means.getManager();
        NDArray x = MixingLayer.linear(places.means, whole);
        int objects = Arrays.stream(cells).mapToInt(of -> of.length).sum();
        long[] order = new long[cells.length + objects];
        int[] pictureOf = new int[order.length];
        long[] rows = new long[objects];
        long[] columns = new long[objects];
        for (int picture = 0, object = 0, token = 0; picture < cells.length; picture++) {
            pictureOf[token] = picture;
            order[token++] = picture;
            for (int cell : cells[picture]) {
                rows[object] = cell / config.cells();
                columns[object] = cell % config.cells();
                pictureOf[token] = picture;
                order[token++] = cells.length + object++;
            }
        }
        if (objects > 0) {
            NDArray placed = places.objects.add(of(rowPlaces, scratch.create(rows))).add(of(columnPlaces, scratch.create(columns)));
            x = NDArrays.concat(new NDList(x, placed), 0).get(scratch.create(order));
        }
        NDArray alone = MixingLayer.linear(x, early);
        x = x.add(Linear.linear(shares(alone), known).singletonOrThrow());
        NDArray mask = mask(pictureOf, scratch);
        for (MixingLayer layer : mixing) {
            x = layer.forward(x, mask);
        }
        NDArray tokens = MixingLayer.normalised(x, finalNorm);
        return new Seen(null, tokens, MixingLayer.linear(tokens, attributes), alone);
    }

    /** Of each attribute's values. To find what is alike, attention compares these rather than what the blocks make of pixels. */
    private NDArray shares(NDArray logits) {
        NDList shares = new NDList();
        int first = 0;
        for (Attribute attribute : config.attributes()) {
            shares.add(logits.get(new NDIndex().addAllDim().addSliceDim(first, first + attribute.values())).softmax(1));
            first += attribute.values();
        }
        return NDArrays.concat(shares, 1);
    }

    /** Rows of a table; the result belongs to the manager of {@code indices}. */
    private static NDArray of(NDArray table, NDArray indices) {
        return Embedding.embedding(indices, table, SparseFormat.DENSE).singletonOrThrow();
    }

    private static NDArray mask(int[] pictureOf, NDManager scratch) {
        int tokens = pictureOf.length;
        float[] values = new float[tokens * tokens];
        for (int i = 0; i < tokens; i++) {
            for (int j = 0; j < tokens; j++) {
                values[i * tokens + j] = pictureOf[i] == pictureOf[j] ? MixingLayer.SEEN : MixingLayer.HIDDEN;
            }
        }
        return scratch.create(values, new Shape(tokens, tokens));
    }

    /** The values of one attribute of some tokens: [rows, values] logits; differentiable. @param logits one of {@link Seen} */
    public NDArray attribute(NDArray logits, Kind kind, int attribute, long[] rows) {
        int first = config.first(kind, attribute);
        int values = config.attributes(kind).get(attribute).values();
        NDArray chosen = logits.get(logits.getManager().create(rows));
        return chosen.get(new NDIndex().addAllDim().addSliceDim(first, first + values));
    }

    /** What the pictures hold, as the projector takes it. */
    public List<ObjectFeatures> look(List<RgbPicture> pictures) {
        return look(pictures, new ArrayList<>());
    }

    /** The same. @param styles gets the pictures' ({@link Familiarity}) */
    public List<ObjectFeatures> look(List<RgbPicture> pictures, List<float[]> styles) {
        try (NDManager scratch = manager.newSubManager()) {
            NDArray trunk = trunk(pictures, scratch);
            for (int i = 0; i < pictures.size(); i++) {
                styles.add(Familiarity.style(trunk, i));
            }
            return look(grid(trunk), pictures.size());
        }
    }

    List<ObjectFeatures> look(NDArray grid, int pictures) {
        float[] found = heat(grid).softmax(1).toFloatArray();
        int size = config.cells() * config.cells();
        int[][] cells = new int[pictures][];
        for (int picture = 0; picture < pictures; picture++) {
            float[] middles = new float[size];
            for (int cell = 0; cell < size; cell++) {
                middles[cell] = found[2 * (picture * size + cell) + 1];
            }
            cells[picture] = new ObjectPlaces(config.cells(), config.mostObjects()).of(middles);
        }
        Seen seen = see(grid, cells);
        float[] tokens = seen.tokens.toFloatArray();
        float[] logits = seen.attributes.toFloatArray();
        List<ObjectFeatures> features = new ArrayList<>();
        int token = 0;
        for (int[] of : cells) {
            features.add(ObjectFeatures.of(config, of, tokens, logits, token));
            token += 1 + of.length;
        }
        return features;
    }

    /** In float16. */
    public void add(SafetensorsWriter writer) {
        parameters.add(writer);
    }


    @Override
    public void close() {
        manager.close();
    }
}
