package org.memlora.models.picture;

/**
 * Changes the size of pictures as Pillow 13 does, to the bit: a kernel at least as wide as one target pixel, one direction after the other,
 * in whole numbers with 22 bits after the point, rounded to bytes in between.
 */
public enum Resampler {
    BILINEAR(1) {
        @Override
        double kernel(double x) {
            return Math.max(0, 1 - Math.abs(x));
        }
    },
    BICUBIC(2) {
        @Override
        double kernel(double x) {
            double d = Math.abs(x);
            if (d < 1) {
                return ((SHARPNESS + 2) * d - (SHARPNESS + 3)) * d * d + 1;
            }
            return d < 2 ? (((d - 5) * d + 8) * d - 4) * SHARPNESS : 0;
        }
    },
    LANCZOS(3) {
        @Override
        double kernel(double x) {
            return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        }
    };

    private static final double SHARPNESS = -0.5;
    private static final int FRACTION_BITS = 22;

    private final double reach;

    Resampler(double reach) {
        this.reach = reach;
    }

    abstract double kernel(double x);

    private static double sinc(double x) {
        return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
    }

    /** By Pillow's number, as in preprocessor_config.json. */
    public static Resampler ofPillow(int number) {
        return switch (number) {
            case 1 -> LANCZOS;
            case 2 -> BILINEAR;
            case 3 -> BICUBIC;
            default -> throw new IllegalArgumentException("resample is " + number + ", expected 1 (Lanczos), 2 (bilinear) or 3 (bicubic)");
        };
    }

    public RgbPicture resize(RgbPicture picture, int width, int height) {
        int lost = picture.height() - height;
        if (lost > 0 && lost > (picture.width() - width) * 2) {   // Pillow's rule since 13; before, always the other way
            return horizontally(vertically(picture, height), width);
        }
        return vertically(horizontally(picture, width), height);
    }

    /** Weights of the source pixels from {@code first[i]} on that make target pixel i, {@code stride} places each. */
    private record Weights(int[] first, int[] count, int stride, int[] values) { }

    private Weights weights(int from, int to) {
        double scale = (double) from / to;
        double spread = Math.max(1, scale);
        double support = reach * spread;
        int stride = (int) Math.ceil(support) * 2 + 1;
        Weights weights = new Weights(new int[to], new int[to], stride, new int[Math.multiplyExact(to, stride)]);
        double[] exact = new double[stride];
        for (int i = 0; i < to; i++) {
            double centre = (i + 0.5) * scale;
            int first = Math.max(0, (int) (centre - support + 0.5));
            int count = Math.min(from, (int) (centre + support + 0.5)) - first;
            double sum = 0;
            for (int k = 0; k < count; k++) {
                exact[k] = kernel((k + first - centre + 0.5) * (1 / spread));
                sum += exact[k];
            }
            for (int k = 0; k < count; k++) {
                double share = sum == 0 ? exact[k] : exact[k] / sum;
                weights.values[i * stride + k] = (int) (share * (1 << FRACTION_BITS) + (share < 0 ? -0.5 : 0.5));
            }
            weights.first[i] = first;
            weights.count[i] = count;
        }
        return weights;
    }

    private RgbPicture horizontally(RgbPicture picture, int width) {
        if (width == picture.width()) {
            return picture;
        }
        Weights weights = weights(picture.width(), width);
        byte[] in = picture.rgb();
        byte[] out = new byte[Math.multiplyExact(width * RgbPicture.CHANNELS, picture.height())];
        for (int y = 0, at = 0; y < picture.height(); y++) {
            int row = y * picture.width();
            for (int x = 0; x < width; x++, at += RgbPicture.CHANNELS) {
                sum(in, (row + weights.first[x]) * RgbPicture.CHANNELS, RgbPicture.CHANNELS, weights, x, out, at);
            }
        }
        return new RgbPicture(width, picture.height(), out);
    }

    private RgbPicture vertically(RgbPicture picture, int height) {
        if (height == picture.height()) {
            return picture;
        }
        Weights weights = weights(picture.height(), height);
        byte[] in = picture.rgb();
        int rowBytes = picture.width() * RgbPicture.CHANNELS;
        byte[] out = new byte[Math.multiplyExact(rowBytes, height)];
        for (int y = 0, at = 0; y < height; y++) {
            for (int x = 0; x < picture.width(); x++, at += RgbPicture.CHANNELS) {
                sum(in, weights.first[y] * rowBytes + x * RgbPicture.CHANNELS, rowBytes, weights, y, out, at);
            }
        }
        return new RgbPicture(picture.width(), height, out);
    }

    private static void sum(byte[] in, int from, int step, Weights weights, int target, byte[] out, int at) {
        int red = 1 << FRACTION_BITS - 1;
        int green = red;
        int blue = red;
        int weightAt = target * weights.stride;
        for (int k = 0, pixel = from; k < weights.count[target]; k++, pixel += step) {
            int weight = weights.values[weightAt + k];
            red += (in[pixel] & 0xFF) * weight;
            green += (in[pixel + 1] & 0xFF) * weight;
            blue += (in[pixel + 2] & 0xFF) * weight;
        }
        out[at] = clip(red);
        out[at + 1] = clip(green);
        out[at + 2] = clip(blue);
    }

    private static byte clip(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> FRACTION_BITS));
    }
}
