package org.memlora.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.evaluation.judge.ChatJudge;
import org.memlora.evaluation.judge.JudgeServer;
import org.memlora.models.LanguageModels;

/** What is wrong with judge and rival shows before the base is looked for. */
class EvaluationRunTest {

    @TempDir
    private Path folder;
    private Path data;

    @BeforeEach
    void writeData() throws IOException {
        data = Files.writeString(folder.resolve("lines.jsonl"), """
                {"type": "turn", "bank": "a", "id": "1", "time": "2025-03-01T10:00:00Z", "speaker": "Ann", "text": "I adopted a cat."}
                {"type": "question", "bank": "a", "text": "What did Ann adopt?", "gold": "A cat"}
                """);
    }

    private void run(Optional<String> rival, Optional<ChatJudge.Settings> judge) throws IOException, InterruptedException {
        LanguageModels.Request missing = new LanguageModels.Request(folder.resolve("no-base.gguf").toString(), Optional.empty(), LanguageModels.Compute.CPU, 1, 64);
        new EvaluationRun(new EvaluationSettings(missing, rival, List.of(data), Optional.empty(), 9, 9, judge, folder.resolve("report"), "test"),
                new PrintStream(OutputStream.nullOutputStream())).run();
    }

    @Test
    void aRivalThatCannotBeHadEndsTheRunAtOnce() throws IOException {
        assertThatThrownBy(() -> run(Optional.of(folder.resolve("no-rival.gguf").toString()), Optional.empty())).hasMessageContaining("no-rival.gguf");

        Path foreign = Files.createDirectory(folder.resolve("foreign"));
        Files.writeString(foreign.resolve("config.json"), "{\"model_type\": \"mamba\"}");
        Files.createFile(foreign.resolve("model.safetensors"));
        assertThatThrownBy(() -> run(Optional.of(foreign.toString()), Optional.empty())).hasMessageContaining("foreign can't be loaded: architecture is mamba");
        assertThat(folder.resolve("report")).doesNotExist();
    }

    @Test
    void aJudgeThatRefusesEndsTheRunAtOnce() throws IOException {
        try (JudgeServer server = new JudgeServer(exchange -> new JudgeServer.Reply(401, "no"))) {
            assertThatThrownBy(() -> run(Optional.empty(), Optional.of(server.settings(Optional.empty())))).isInstanceOf(IOException.class).hasMessageContaining("status 401");
        }
    }
}
