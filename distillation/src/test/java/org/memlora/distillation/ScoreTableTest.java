package org.memlora.distillation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.memlora.distillation.ExpertScorer.Answered;
import org.memlora.distillation.examples.TrainingExample;
import org.memlora.models.ChatMessage;
import org.memlora.operators.Stage;

class ScoreTableTest {

    /** Of 100 examples, as many are right. */
    private static List<Answered> answered(int right) {
        List<Answered> answered = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            TrainingExample example = new TrainingExample(List.of(ChatMessage.user("x")), "ADD", List.of("1"), "c/ADD");
            answered.add(new Answered(example, i < right ? "ADD" : "DELETE 1", 1));
        }
        return answered;
    }

    @Test
    void anIntervalIsAsWideAsTheBinomialOne() {
        Map<String, ScoreTable.Score> scores = new ScoreTable(100).add("update", Stage.UPDATE, answered(80));
        ScoreTable.Score accuracy = scores.get("accuracy");
        assertThat(accuracy.value()).isEqualTo(0.8);
        assertThat(accuracy.low()).isCloseTo(0.8 - 1.96 * 0.04, Offset.offset(0.02));
        assertThat(accuracy.high()).isCloseTo(0.8 + 1.96 * 0.04, Offset.offset(0.02));
        assertThat(new ScoreTable(100).add("update", Stage.UPDATE, answered(80))).isEqualTo(scores);
        ScoreTable.Score sure = new ScoreTable(100).add("update", Stage.UPDATE, answered(100)).get("accuracy");
        assertThat(sure).isEqualTo(new ScoreTable.Score(1, 1, 1));
    }

    @Test
    void aCardHasOneTable(@TempDir Path folder) throws IOException {
        Path card = folder.resolve("README.md");
        Files.writeString(card, "# Update expert\nIts data.\n");
        for (int right : new int[] {10, 80}) {
            ScoreTable table = new ScoreTable(100);
            table.add("update", Stage.UPDATE, answered(right));
            table.add("base", Stage.UPDATE, answered(20));
            table.writeTo(card);
        }
        String text = Files.readString(card);
        assertThat(text).startsWith("# Update expert\nIts data.\n\n## Scores\n").containsOnlyOnce("## Scores").contains("| | update | base |", "| accuracy | 0.800 [")
                .doesNotContain("| accuracy | 0.100");
    }
}
