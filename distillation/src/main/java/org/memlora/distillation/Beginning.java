package org.memlora.distillation;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.memlora.distillation.training.FreshAdapter;
import org.memlora.models.lora.AdapterFile;
import org.memlora.models.lora.LoraAdapter;
import org.memlora.models.transformer.TransformerConfig;

/** What an expert's training begins with. */
final class Beginning {
    private Beginning() { }

    /** @throws IllegalArgumentException if the expert to begin with can't be read or is one of other settings or another base */
    static LoraAdapter of(DistillationConfig config, String stage, DistillationConfig.Expert expert, TransformerConfig base) {
        LoraAdapter fresh = FreshAdapter.make(stage, expert.lora().config(config.base()), base, expert.training().seed());
        return expert.from() == null ? fresh : FreshAdapter.continuing(fresh, read(stage, expert.from()), expert.from());
    }

    /**
     * @return a line about an expert that names another base: one base has several names (a path, a hub's, ours), so it is no error
     * @throws IllegalArgumentException as {@link #of}
     */
    static Optional<String> check(DistillationConfig config, String stage, TransformerConfig base) {
        DistillationConfig.Expert expert = config.expert(stage);
        of(config, stage, expert, base);
        if (expert.from() == null) {
            return Optional.empty();
        }
        String named = read(stage, expert.from()).config().base();
        return named.isEmpty() || lastName(named).equals(lastName(config.base())) ? Optional.empty()
                : Optional.of("NOTE: the expert " + expert.from() + " that this goes on from names " + named + " as its base; this one is " + config.base() + ".");
    }

    private static LoraAdapter read(String stage, Path from) {
        try {
            return AdapterFile.read(stage, from);
        } catch (UncheckedIOException e) {
            throw new IllegalArgumentException("The expert " + from + " that the " + stage + " expert goes on from (experts." + stage + ".from) can't be read: "
                    + e.getCause().getMessage() + ".", e);
        }
    }

    private static String lastName(String base) {
        return base.substring(Math.max(base.lastIndexOf('/'), base.lastIndexOf('\\')) + 1).toLowerCase(Locale.ROOT).replaceFirst("\\.gguf$", "");
    }
}
