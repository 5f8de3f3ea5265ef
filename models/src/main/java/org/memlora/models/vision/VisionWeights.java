package org.memlora.models.vision;

import java.nio.FloatBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.memlora.models.weights.WeightSource;

/**
 * The tensors of a vision-language model under names without the families' prefixes: the transformer's as those of a text model
 * (model.…, lm_head.weight), the tower's as vision.…, the projector's as projector.…
 */
final class VisionWeights implements WeightSource {
    /** Longest first. The ones of InternVL are those published and those of later releases of transformers. */
    private static final String[][] PREFIXES = {
        {"model.text_model.", "model."}, {"model.language_model.", "model."}, {"language_model.", ""},
        {"model.vision_model.", "vision."}, {"model.vision_tower.", "vision."}, {"vision_tower.", "vision."},
        {"model.connector.", "projector."}, {"model.multi_modal_projector.", "projector."}, {"multi_modal_projector.", "projector."}};

    private final WeightSource file;
    private final Map<String, String> names = new LinkedHashMap<>();

    VisionWeights(WeightSource file) {
        this.file = file;
        file.names().forEach(name -> names.put(plain(name), name));
    }

    private static String plain(String name) {
        for (String[] prefix : PREFIXES) {
            if (name.startsWith(prefix[0])) {
                return prefix[1] + name.substring(prefix[0].length());
            }
        }
        return name;
    }

    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(names.keySet());
    }

    @Override
    public long[] shape(String name) {
        return file.shape(names.getOrDefault(name, name));
    }

    @Override
    public float[] read(String name) {
        return file.read(names.getOrDefault(name, name));
    }

    @Override
    public void read(String name, FloatBuffer target) {
        file.read(names.getOrDefault(name, name), target);
    }

    @Override
    public float[] readRows(String name, long first, int count) {
        return file.readRows(names.getOrDefault(name, name), first, count);
    }
}
