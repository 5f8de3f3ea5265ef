package org.memlora.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.memlora.evaluation.health.HealthSuite;

/** What the health suite says must not be what the experts were taught: the values of its facts stand in no table of the training sets. */
class HealthSuiteValuesTest {
    private static final Path EXAMPLES = Path.of("../distillation/src/main");
    /** What is said of the values; any fact of that kind has these words. */
    private static final Set<String> KINDS = Set.of("love", "hate", "live", "engaged", "broke", "rent", "cancelled", "fly", "gave", "hairdresser", "tea");

    @Test
    void shouldHaveValuesOfItsOwn() throws IOException {
        Set<String> taught = words(Files.readString(EXAMPLES.resolve("java/org/memlora/distillation/examples/StateFacts.java"))
                + Files.readString(EXAMPLES.resolve("java/org/memlora/distillation/examples/FactChanges.java"))
                + Files.readString(EXAMPLES.resolve("resources/org/memlora/distillation/examples/stated-facts.txt")));
        Set<String> values = new TreeSet<>(Set.of("bruno", "wasps", "felix", "vienna", "tuba", "jazz"));
        try (InputStream suite = HealthSuite.class.getResourceAsStream("/health/suite.json")) {
            for (JsonNode one : new ObjectMapper().readTree(suite).get("cases")) {
                Stream.of("newest", "outdated", "spared").forEach(part -> one.path(part).forEach(word -> values.add(word.asText())));
            }
        }
        values.removeAll(KINDS);
        assertThat(values).hasSizeGreaterThan(20).doesNotContainAnyElementsOf(taught);
    }

    private static Set<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+")).collect(Collectors.toSet());
    }
}
