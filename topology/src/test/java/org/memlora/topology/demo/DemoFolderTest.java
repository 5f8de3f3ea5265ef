package org.memlora.topology.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoFolderTest {

    private static final Dialogue DIALOGUE = DialogueReader.demo();

    @TempDir
    private Path folder;

    @Test
    void theSameDialogueGoesOnAndIsSentOnce() throws IOException {
        Path made = folder.resolve("deep/demo");
        try (DemoFolder first = DemoFolder.open(made, DIALOGUE)) {
            assertThat(first.isResumed()).isFalse();
            assertThat(first.isSent()).isFalse();
        }
        try (DemoFolder killedBeforeItSent = DemoFolder.open(made, DIALOGUE)) {
            assertThat(killedBeforeItSent.isResumed()).isTrue();
            assertThat(killedBeforeItSent.isSent()).isFalse();
            killedBeforeItSent.sent();
        }
        try (DemoFolder second = DemoFolder.open(made, DialogueReader.demo())) {
            assertThat(second.isResumed()).isTrue();
            assertThat(second.isSent()).isTrue();
        }
    }

    @Test
    void anotherDialogueOrPartOfItIsRefused() throws IOException {
        DemoFolder.open(folder, DIALOGUE.first(10, 2)).close();
        assertThatIllegalArgumentException().isThrownBy(() -> DemoFolder.open(folder, DIALOGUE.first(11, 2)))
                .withMessageContaining(folder.toString()).withMessageContaining("--turns");
        DemoFolder.open(folder, DIALOGUE.first(10, 2)).close();
    }

    @Test
    void aFolderInUseIsRefusedUntilItIsFree() throws IOException {
        try (DemoFolder used = DemoFolder.open(folder, DIALOGUE)) {
            assertThat(used.isResumed()).isFalse();
            assertThatIllegalArgumentException().isThrownBy(() -> DemoFolder.open(folder, DIALOGUE)).withMessageContaining("Another demo uses");
        }
        DemoFolder.open(folder, DIALOGUE).close();
    }

    @Test
    void aFileAndABrokersFolderAreRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThatIllegalArgumentException().isThrownBy(() -> DemoFolder.open(file, DIALOGUE)).withMessageContaining(file.toString());
        Files.createDirectories(folder.resolve("broker/kafka"));
        assertThatIllegalArgumentException().isThrownBy(() -> DemoFolder.open(folder.resolve("broker"), DIALOGUE)).withMessageContaining("memlora broker");
        assertThat(folder.resolve("broker/lock")).doesNotExist();
    }
}
