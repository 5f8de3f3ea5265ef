package org.memlora.distillation.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExpertCardTest {

    private static String text(String training, String validation) {
        return new ExpertCard.Conversations(List.of(Path.of(training)), List.of(Path.of(validation)), Optional.empty(), List.of()).text();
    }

    @Test
    void namesTheConversationsAndTheLicenceOfLocomosOnly() {
        assertThat(text("data/conv-42.json", "data/conv-26.json")).startsWith("Data: conv-42.json for training, conv-26.json for validation.")
                .contains("LoCoMo").contains("CC BY-NC 4.0");
        assertThat(text("our/talks.json", "our/more-talks.json")).isEqualTo("Data: talks.json for training, more-talks.json for validation.");
        assertThat(new ExpertCard.Conversations(List.of(), List.of(), Optional.empty(), List.of()).text())
                .startsWith("Data: sets that were given for training, sets that were given for validation. If they come from LoCoMo").contains("CC BY-NC 4.0");
    }

    @Test
    void saysOfWhichSetsItIsNotKnownWhatTheyWereBuiltFrom() {
        assertThat(new ExpertCard.Conversations(List.of(Path.of("talks.json")), List.of(), Optional.empty(), List.of("train", "validation")).text())
                .isEqualTo("Data: talks.json for training, sets that were given for validation. So says the configuration; it isn't known what these sets were built from: train, validation.");
    }
}
