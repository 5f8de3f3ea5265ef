package org.memlora.models.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.safetensors.SafetensorsFile;
import org.memlora.models.transformer.TransformerExecutor.RowInput;

class SuppliedEmbeddingsTest {
    private static final String BASE = "base";

    /** A token's own embedding, supplied, is as good as the token; in Gemma what is supplied is not scaled again. */
    @ParameterizedTest
    @ValueSource(strings = {"llama-untied", "qwen2-tied", "gemma2"})
    void suppliedEmbeddingsOfTokensEqualTheTokens(String name) throws IOException {
        ReferenceModel model = ReferenceModel.of(name);
        int[] prompt = model.cases(BASE).get(2).prompt();
        try (EagerExecutor executor = model.executor(1)) {
            float[] plain = executor.forward(List.of(new RowInput(0, 0, prompt, BASE))).get(0)[0];
            int first = executor.supplyEmbeddings(embeddings(model, prompt, 2, 6));
            float[] supplied = executor.forward(List.of(new RowInput(0, 0, replaced(prompt, 2, 6, first), BASE))).get(0)[0];
            assertThat(ReferenceModel.maxDifference(supplied, plain)).isLessThan(1e-5f);
        }
    }

    @Test
    void rowsWithAndWithoutPicturesShareACallAndAPictureMayBeCutAnywhere() throws IOException {
        ReferenceModel model = ReferenceModel.of("llama-untied");
        Random random = new Random(7);
        float[] one = noise(random, 10 * model.config().width());
        float[] other = noise(random, 3 * model.config().width());
        try (EagerExecutor executor = model.executor(3)) {
            int first = executor.supplyEmbeddings(one);
            int second = executor.supplyEmbeddings(other);
            int[] long_ = {5, first, first + 1, first + 2, first + 3, first + 4, first + 5, first + 6, first + 7, first + 8, first + 9, 6, 7};
            int[] short_ = {9, second, second + 1, second + 2};
            int[] text = {3, 4, 5};
            float[] longAlone = executor.forward(List.of(new RowInput(0, 0, long_, "all"))).get(0)[0];
            float[] shortAlone = executor.forward(List.of(new RowInput(0, 0, short_, BASE))).get(0)[0];
            float[] textAlone = executor.forward(List.of(new RowInput(0, 0, text, "qv"))).get(0)[0];

            List<float[][]> together = executor.forward(List.of(new RowInput(2, 0, long_, "all"), new RowInput(0, 0, short_, BASE),
                    new RowInput(1, 0, text, "qv")));
            assertThat(ReferenceModel.maxDifference(together.get(0)[0], longAlone)).isLessThan(1e-5f);
            assertThat(ReferenceModel.maxDifference(together.get(1)[0], shortAlone)).isLessThan(1e-5f);
            assertThat(ReferenceModel.maxDifference(together.get(2)[0], textAlone)).isLessThan(1e-5f);

            executor.forward(List.of(new RowInput(1, 0, Arrays.copyOfRange(long_, 0, 4), "all")));
            float[] inParts = executor.forward(List.of(new RowInput(1, 4, Arrays.copyOfRange(long_, 4, long_.length), "all"))).get(0)[0];
            assertThat(ReferenceModel.maxDifference(inParts, longAlone)).isLessThan(1e-5f);
        }
    }

    @Test
    void idsAreOfOnePieceOnlyAndEndWithIt() throws IOException {
        ReferenceModel model = ReferenceModel.of("llama-tied");
        int width = model.config().width();
        try (EagerExecutor executor = model.executor(1)) {
            int arrays = executor.liveArrays();
            int first = executor.supplyEmbeddings(new float[2 * width]);
            int second = executor.supplyEmbeddings(new float[width]);
            assertThat(first).isEqualTo(model.config().vocabularySize());
            assertThat(second).isEqualTo(first + 2);
            executor.dropEmbeddings(first);
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 0, new int[] {first + 1}, BASE)))).hasMessageContaining("token " + (first + 1));
            assertThat(executor.forward(List.of(new RowInput(0, 0, new int[] {second}, BASE))).get(0)[0]).hasSize(model.config().vocabularySize());
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 0, new int[] {second + 1}, BASE)))).hasMessageContaining("token " + (second + 1));
            assertThatThrownBy(() -> executor.forward(List.of(new RowInput(0, 0, new int[] {second}, BASE, 1, new int[] {second}))))
                    .as("candidates are of the vocabulary").hasMessageContaining("token " + second);
            assertThat(executor.supplyEmbeddings(new float[width])).isEqualTo(second + 1);
            assertThat(executor.liveArrays()).isEqualTo(arrays);
            assertThatThrownBy(() -> executor.supplyEmbeddings(new float[width + 1])).hasMessageContaining("expected one or more vectors of " + width);
            assertThatThrownBy(() -> executor.supplyEmbeddings(new float[0])).hasMessageContaining("0 values");
        }
    }

    @Test
    void idsStartAgainWhenUsedUpButNotWhereSomeAreInUse() {
        SuppliedEmbeddings supplied = new SuppliedEmbeddings(100, 1, Integer.MAX_VALUE - 3);
        assertThat(supplied.add(new float[3])).isEqualTo(Integer.MAX_VALUE - 3);
        int again = supplied.add(new float[] {7, 8});
        assertThat(again).isEqualTo(100);
        float[] copied = new float[1];
        supplied.copy(101, copied, 0);
        assertThat(copied).containsExactly(8);

        SuppliedEmbeddings crowded = new SuppliedEmbeddings(100, 1, Integer.MAX_VALUE - 3);
        crowded.add(new float[3]);
        crowded.add(new float[2]);   // 100 and 101
        crowded.remove(Integer.MAX_VALUE - 3);
        assertThat(crowded.add(new float[1])).isEqualTo(102);
        assertThatThrownBy(() -> {
            SuppliedEmbeddings full = new SuppliedEmbeddings(Integer.MAX_VALUE - 3, 1, Integer.MAX_VALUE - 3);
            full.add(new float[3]);
            full.add(new float[1]);
        }).hasMessageContaining("drop those that are no longer needed");
    }

    private static float[] embeddings(ReferenceModel model, int[] tokens, int from, int to) {
        float[] table = SafetensorsFile.open(model.folder()).read("model.embed_tokens.weight");
        int width = model.config().width();
        float[] found = new float[(to - from) * width];
        for (int i = from; i < to; i++) {
            for (int c = 0; c < width; c++) {
                found[(i - from) * width + c] = (float) (table[tokens[i] * width + c] * model.config().embeddingScale());
            }
        }
        return found;
    }

    private static int[] replaced(int[] prompt, int from, int to, int first) {
        int[] changed = prompt.clone();
        for (int i = from; i < to; i++) {
            changed[i] = first + i - from;
        }
        return changed;
    }

    private static float[] noise(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
