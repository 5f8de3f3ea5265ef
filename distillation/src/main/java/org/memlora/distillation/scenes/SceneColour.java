package org.memlora.distillation.scenes;

import java.awt.Color;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Colours that have a name. Distances are those of CIE L*a*b*, which are closer to what eyes tell apart than those of RGB. */
enum SceneColour {
    RED(0xD81E28, 0x930C16), ORANGE(0xF58A12, 0xFFB866), YELLOW(0xFADA28, 0xD9B800), GREEN(0x28963C, 0x7FCB86), BLUE(0x1E66DA, 0x82ADF4),
    PURPLE(0x7D30A5, 0xA863CF), PINK(0xF58CBE, 0xE05F9E), BROWN(0x784820, 0xA67B50), BLACK(0x1E1E20, 0x5A5A5E), WHITE(0xF6F6F6, 0xC9C9CC);

    /** Light of sRGB's channel values; the colours themselves need it before this class's own fields are there. */
    private static final class Linear {
        static final double[] OF = IntStream.range(0, 256).mapToDouble(channel -> channel / 255.0)
                .map(value -> value <= 0.04045 ? value / 12.92 : StrictMath.pow((value + 0.055) / 1.055, 2.4)).toArray();
    }

    static final List<SceneColour> ALL = List.of(values());
    private static final int BRIGHTER = 14;
    private static final int TINTED = 6;
    /** A jittered colour is at least so much nearer to its own name than to the next one. */
    private static final double CLEARLY = 14;

    private final Color colour;
    private final Color tone;
    private final double[] lab;

    SceneColour(int rgb, int tone) {
        this.colour = new Color(rgb);
        this.tone = new Color(tone);
        this.lab = lab(rgb);
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The second tone, of stripes and the like; by eye still the same colour. */
    Color tone() {
        return tone;
    }

    Color jittered(SplittableRandom random) {
        while (true) {
            int brighter = random.nextInt(-BRIGHTER, BRIGHTER + 1);
            Color found = new Color(channel(colour.getRed(), brighter, random), channel(colour.getGreen(), brighter, random),
                    channel(colour.getBlue(), brighter, random));
            double[] here = lab(found.getRGB());
            double nextName = ALL.stream().filter(other -> other != this).mapToDouble(other -> distance(here, other.lab)).min().orElseThrow();
            if (nextName - distance(here, lab) >= CLEARLY) {
                return found;
            }
        }
    }

    /** How far apart two names are, 0 to about 100. */
    double distance(SceneColour other) {
        return distance(lab, other.lab);
    }

    /** Light colours get a dark outline, dark ones a light one. */
    boolean isLight() {
        return lab[0] > 55;
    }

    static SceneColour nearest(int rgb) {
        double[] here = lab(rgb);
        return Arrays.stream(values()).min(Comparator.comparingDouble(name -> distance(here, name.lab))).orElseThrow();
    }

    private static int channel(int value, int brighter, SplittableRandom random) {
        return Math.max(0, Math.min(255, value + brighter + random.nextInt(-TINTED, TINTED + 1)));
    }

    private static double distance(double[] a, double[] b) {
        return StrictMath.sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
    }

    private static double[] lab(int rgb) {
        double red = Linear.OF[rgb >> 16 & 255];
        double green = Linear.OF[rgb >> 8 & 255];
        double blue = Linear.OF[rgb & 255];
        double x = curve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
        double y = curve(0.2126 * red + 0.7152 * green + 0.0722 * blue);
        double z = curve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
        return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
    }


    private static double curve(double value) {
        return value > 0.008856 ? StrictMath.cbrt(value) : 7.787 * value + 16.0 / 116;
    }
}
