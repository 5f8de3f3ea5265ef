package org.memlora.models.lora;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The parts of PEFT's adapter_config.json used here.
 *
 * @param targetModules names or name endings such as q_proj; or one regular expression when {@code targetsAreRegex}
 * @param base base_model_name_or_path, may be empty
 * @param rankStabilised scaling alpha / sqrt(rank) and not alpha / rank
 */
public record LoraConfig(int rank, double alpha, double dropout, List<String> targetModules, boolean targetsAreRegex, String base,
        boolean rankStabilised) {

    public LoraConfig {
        targetModules = List.copyOf(targetModules);
        if (rank < 1) {
            throw new IllegalArgumentException("r is " + rank + ", expected at least 1");
        }
    }

    /** Factor of B A x. */
    public double scaling(int usedRank) {
        return rankStabilised ? alpha / Math.sqrt(usedRank) : alpha / usedRank;
    }

    /** @param module e.g. model.layers.0.self_attn.q_proj */
    public boolean targets(String module) {
        if (targetsAreRegex) {
            return Pattern.matches(targetModules.get(0), module);
        }
        return targetModules.stream().anyMatch(target -> module.equals(target) || module.endsWith("." + target));
    }

    /** @throws IllegalArgumentException for variants that would compute something else here, e.g. DoRA */
    static LoraConfig fromJson(JsonNode json) {
        if (!json.path("peft_type").asText("LORA").equals("LORA")) {
            throw new IllegalArgumentException("peft_type is " + json.path("peft_type").asText() + ", expected LORA");
        }
        if (!json.path("bias").asText("none").equals("none")) {
            throw new IllegalArgumentException("bias is " + json.path("bias").asText() + ", expected none");
        }
        for (String key : List.of("use_dora", "fan_in_fan_out", "lora_bias")) {
            if (json.path(key).asBoolean(false)) {
                throw new IllegalArgumentException(key + " is true, expected false");
            }
        }
        for (String key : List.of("alpha_pattern", "rank_pattern", "modules_to_save")) {
            if (json.path(key).size() > 0) {
                throw new IllegalArgumentException(key + " is given, expected none");
            }
        }
        List<String> targets = new ArrayList<>();
        JsonNode modules = json.path("target_modules");
        if (modules.isTextual()) {
            targets.add(modules.asText());
        } else {
            modules.forEach(module -> targets.add(module.asText()));
        }
        if (targets.isEmpty() || !json.path("r").isInt()) {
            throw new IllegalArgumentException("adapter_config.json needs r and target_modules");
        }
        return new LoraConfig(json.get("r").asInt(), json.path("lora_alpha").asDouble(8), json.path("lora_dropout").asDouble(0), targets,
                modules.isTextual(), json.path("base_model_name_or_path").asText(""), json.path("use_rslora").asBoolean(false));
    }

    ObjectNode toJson() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("peft_type", "LORA").put("task_type", "CAUSAL_LM").put("base_model_name_or_path", base).put("bias", "none");
        json.put("r", rank).put("lora_alpha", alpha).put("lora_dropout", dropout).put("use_rslora", rankStabilised);
        json.put("inference_mode", true).put("fan_in_fan_out", false).put("use_dora", false).put("init_lora_weights", true);
        if (targetsAreRegex) {
            json.put("target_modules", targetModules.get(0));
        } else {
            targetModules.forEach(json.putArray("target_modules")::add);
        }
        return json;
    }
}
