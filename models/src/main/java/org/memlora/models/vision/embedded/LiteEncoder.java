package org.memlora.models.vision.embedded;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.core.Linear;
import java.util.ArrayList;
import java.util.List;
import org.memlora.models.transformer.TensorLoader;
import org.memlora.models.weights.WeightSource;

/**
 * EfficientNet-lite0, a classifier of ImageNet's 1,000 classes: a stem, 16 blocks, a head. Pictures are [B, 3, side, side], (value - 127) / 128.
 * Arrays belong to the manager given; those of a pass to the picture's.
 */
final class LiteEncoder {
    /** Weights of the batch norms are folded into the convolutions: models/src/main/python/convert_efficientnet_lite0.py. */
    static final String FILE = "model.safetensors";
    static final int BLOCKS = 16;
    static final int CLASSES = 1000;
    static final double PIXEL_MEAN = 127;
    static final double PIXEL_SCALE = 128;

    private static final int STEM = 32;
    private static final int HEAD = 1280;
    private static final List<Plan> PLANS = plans();

    private final Convolution stem;
    private final List<InvertedBottleneck> blocks;
    private final Convolution head;
    private final NDArray classWeight;
    private final NDArray classBias;

    /** Shape of a block: its kernel, stride, and how many times wider it is inside. */
    record Plan(int in, int out, int kernel, int stride, int expansion) { }

    LiteEncoder(WeightSource weights, NDManager manager) {
        TensorLoader loader = new TensorLoader(weights, manager);
        stem = convolution(loader, "stem", STEM, 3, 3, 2, 1);
        blocks = blocks(weights, manager, 0, BLOCKS);
        head = convolution(loader, "head", HEAD, PLANS.get(BLOCKS - 1).out, 1, 1, 1);
        classWeight = loader.load("classifier.weight", DataType.FLOAT32, CLASSES, HEAD);
        classBias = loader.load("classifier.bias", DataType.FLOAT32, CLASSES);
    }

    private static List<Plan> plans() {
        int[][] stages = {{1, 3, 1, 1, 32, 16}, {2, 3, 2, 6, 16, 24}, {2, 5, 2, 6, 24, 40}, {3, 3, 2, 6, 40, 80}, {3, 5, 1, 6, 80, 112},
            {4, 5, 2, 6, 112, 192}, {1, 3, 1, 6, 192, 320}};   // blocks, kernel, stride of the first, expansion, in, out
        List<Plan> plans = new ArrayList<>();
        for (int[] stage : stages) {
            for (int i = 0; i < stage[0]; i++) {
                plans.add(new Plan(i == 0 ? stage[4] : stage[5], stage[5], stage[1], i == 0 ? stage[2] : 1, stage[3]));
            }
        }
        return List.copyOf(plans);
    }

    static Plan plan(int block) {
        return PLANS.get(block);
    }

    /** Blocks {@code from} to {@code to} - 1, e.g. to train them further. */
    static List<InvertedBottleneck> blocks(WeightSource weights, NDManager manager, int from, int to) {
        TensorLoader loader = new TensorLoader(weights, manager);
        List<InvertedBottleneck> blocks = new ArrayList<>();
        for (int block = from; block < to; block++) {
            Plan plan = PLANS.get(block);
            String name = "blocks." + block + ".";
            int inside = plan.in * plan.expansion;
            blocks.add(new InvertedBottleneck(plan.expansion == 1 ? null : convolution(loader, name + "expand", inside, plan.in, 1, 1, 1),
                    convolution(loader, name + "depthwise", inside, 1, plan.kernel, plan.stride, inside),
                    convolution(loader, name + "project", plan.out, inside, 1, 1, 1), plan.stride == 1 && plan.in == plan.out));
        }
        return blocks;
    }

    private static Convolution convolution(TensorLoader loader, String name, int out, int in, int kernel, int stride, int groups) {
        return new Convolution(loader.load(name + ".weight", DataType.FLOAT32, out, in, kernel, kernel),
                loader.load(name + ".bias", DataType.FLOAT32, out), stride, groups);
    }

    /** The output of the block before {@code block}. One picture after another: the first layers of several would leave the processor's caches. */
    NDArray before(int block, NDArray pictures) {
        NDList seen = new NDList();
        for (long picture = 0; picture < pictures.getShape().get(0); picture++) {
            try (NDManager scratch = pictures.getManager().newSubManager()) {
                NDArray one = pictures.get(new NDIndex().addSliceDim(picture, picture + 1));
                one.attach(scratch);
                NDArray x = run(blocks.subList(0, block), stem.active(one));
                x.attach(pictures.getManager());
                seen.add(x);
            }
        }
        return seen.size() == 1 ? seen.head() : NDArrays.concat(seen, 0);
    }

    /** Logits [B, 1000] from what {@link #before} gave. */
    NDArray classes(int block, NDArray x) {
        NDArray seen = head.active(run(blocks.subList(block, BLOCKS), x));
        NDArray pooled = seen.reshape(seen.getShape().get(0), HEAD, -1).mean(new int[] {2});
        return Linear.linear(pooled, classWeight, classBias).singletonOrThrow();
    }

    /** Only the last block's output stays. */
    static NDArray run(List<InvertedBottleneck> blocks, NDArray input) {
        NDManager manager = input.getManager();
        NDArray x = input;
        for (InvertedBottleneck block : blocks) {
            try (NDManager scratch = manager.newSubManager()) {
                x.attach(scratch);
                x = block.forward(x);
                x.attach(manager);
            }
        }
        return x;
    }
}
