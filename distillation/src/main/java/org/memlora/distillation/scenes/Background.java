package org.memlora.distillation.scenes;

import java.awt.Color;

/** What is behind the objects: a tint that is none of the objects' colours, and faint clutter without a name. */
record Background(Tint tint, Clutter clutter, long seed) {

    enum Tint {
        LIGHT_GREY("a light grey", 0xCFD1D4), BEIGE("a beige", 0xDDD0B4), PALE_BLUE("a pale blue", 0xBBCDDD), PALE_GREEN("a pale green", 0xC2D6BE),
        PALE_VIOLET("a pale violet", 0xCFC3DA), DARK_GREY("a dark grey", 0x45474C), DARK_TEAL("a dark teal", 0x203E42);

        private final String label;
        private final Color colour;

        Tint(String label, int rgb) {
            this.label = label;
            this.colour = new Color(rgb);
        }

        Color colour() {
            return colour;
        }

        boolean isDark() {
            return this == DARK_GREY || this == DARK_TEAL;
        }
    }

    enum Clutter {
        NOTHING("%s background"), GRADIENT("%s background that fades"), STRIPES("%s background with faint stripes"),
        LINES("%s background with thin lines"), PATCHES("%s background with faint patches"), GRID("%s background with a faint grid");

        private final String phrase;

        Clutter(String phrase) {
            this.phrase = phrase;
        }
    }

    String label() {
        return clutter.phrase.formatted(tint.label);
    }
}
