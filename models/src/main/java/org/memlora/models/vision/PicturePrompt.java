package org.memlora.models.vision;

import java.util.stream.IntStream;
import org.memlora.models.tokenizer.Tokenizer;

/** The tokens that stand for a picture in a prompt, as each family writes them. Threading: immutable. */
interface PicturePrompt {

    /**
     * @param firstFeature id of the first feature; the others follow it, tile after tile
     * @return tokens from the picture's start to its end marker
     */
    int[] tokens(TiledPicture picture, int firstFeature);

    /** @throws IllegalArgumentException if the tokenizer lacks a token that the family needs */
    static PicturePrompt of(VisionConfig config, Tokenizer tokenizer) {
        return switch (config.family()) {
            case IDEFICS3 -> new Idefics3Prompt(config, tokenizer);
            case INTERNVL -> new InternVlPrompt(config, tokenizer);
        };
    }

    static int required(Tokenizer tokenizer, String token) {
        return tokenizer.find(token).orElseThrow(() -> new IllegalArgumentException(
                "the tokenizer has no token " + token + ", expected that of a vision-language model; fetch tokenizer.json again"));
    }

    /** That config.json and tokenizer.json are of one model. */
    static void requireImageToken(VisionConfig config, Tokenizer tokenizer, String token) {
        if (required(tokenizer, token) != config.imageToken()) {
            throw new IllegalArgumentException("image_token_id is " + config.imageToken() + ", expected " + required(tokenizer, token) + ", the id of "
                    + token + " in tokenizer.json; fetch both files again");
        }
    }

    /** Each tile's features behind its row and column, a line per row; then the whole picture's. */
    final class Idefics3Prompt implements PicturePrompt {
        private static final String IMAGE = "<image>";

        private final Tokenizer tokenizer;
        private final int featuresPerTile;
        private final int around;
        private final int whole;

        Idefics3Prompt(VisionConfig config, Tokenizer tokenizer) {
            requireImageToken(config, tokenizer, IMAGE);
            this.tokenizer = tokenizer;
            this.featuresPerTile = config.featuresPerTile();
            this.around = required(tokenizer, "<fake_token_around_image>");
            this.whole = required(tokenizer, "<global-img>");
        }

        @Override
        public int[] tokens(TiledPicture picture, int firstFeature) {
            IntStream.Builder tokens = IntStream.builder();
            int feature = firstFeature;
            for (int row = 1; row <= picture.rows(); row++) {
                for (int column = 1; column <= picture.columns(); column++) {
                    feature = tile(required(tokenizer, "<row_" + row + "_col_" + column + ">"), feature, tokens);
                }
                // an empty line before the whole picture; its two line ends can be one token
                add(tokenizer.encode(row < picture.rows() ? "\n" : "\n\n"), tokens);
            }
            tile(whole, feature, tokens);
            return tokens.add(around).build().toArray();
        }

        private int tile(int place, int feature, IntStream.Builder tokens) {
            tokens.add(around).add(place);
            IntStream.range(feature, feature + featuresPerTile).forEach(tokens);
            return feature + featuresPerTile;
        }

        private static void add(int[] more, IntStream.Builder tokens) {
            for (int token : more) {
                tokens.add(token);
            }
        }
    }

    /** All features between a start and an end token. */
    final class InternVlPrompt implements PicturePrompt {
        private final int featuresPerTile;
        private final int start;
        private final int end;

        InternVlPrompt(VisionConfig config, Tokenizer tokenizer) {
            requireImageToken(config, tokenizer, "<IMG_CONTEXT>");
            this.featuresPerTile = config.featuresPerTile();
            this.start = required(tokenizer, "<img>");
            this.end = required(tokenizer, "</img>");
        }

        @Override
        public int[] tokens(TiledPicture picture, int firstFeature) {
            IntStream.Builder tokens = IntStream.builder().add(start);
            IntStream.range(firstFeature, firstFeature + picture.tiles().size() * featuresPerTile).forEach(tokens);
            return tokens.add(end).build().toArray();
        }
    }
}
