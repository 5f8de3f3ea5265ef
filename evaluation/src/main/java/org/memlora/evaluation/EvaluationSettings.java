package org.memlora.evaluation;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.memlora.evaluation.judge.ChatJudge;
import org.memlora.evaluation.rows.RowName;
import org.memlora.models.LanguageModels;

/**
 * What an evaluation does.
 *
 * @param model with its experts, if any
 * @param rival a bigger untuned base; empty = none
 * @param rows empty = all that are possible
 * @param mostTurns of each conversation
 * @param mostQuestions of each conversation
 * @param commit of the project, for the report
 */
public record EvaluationSettings(LanguageModels.Request model, Optional<String> rival, List<Path> data, Optional<Set<RowName>> rows,
        int mostTurns, int mostQuestions, Optional<ChatJudge.Settings> judge, Path reportFolder, String commit) {

    /** Of the bootstrap; decoding is greedy and needs none. */
    public static final long SEED = 20_251_124;

    public EvaluationSettings {
        data = List.copyOf(data);
        if (rows.isPresent() && rows.get().contains(RowName.RIVAL) && rival.isEmpty()) {
            throw new IllegalArgumentException("The row \"rival\" needs a base: give --rival NAME.");
        }
        if (rows.isPresent() && !rows.get().contains(RowName.RIVAL) && rival.isPresent()) {
            throw new IllegalArgumentException("The rival " + rival.get() + " has no row: add \"rival\" to --rows, or leave --rival out.");
        }
    }

    /** @param experts names of the resident experts. @throws IllegalArgumentException if a row asked for lacks its expert */
    Set<RowName> chosen(Set<String> experts) {
        Set<RowName> chosen = EnumSet.noneOf(RowName.class);
        for (RowName row : rows.orElse(EnumSet.allOf(RowName.class))) {
            boolean possible = row.needs().stream().allMatch(stage -> experts.contains(stage.expertName()))
                    && (row != RowName.RIVAL || rival.isPresent());
            if (possible) {
                chosen.add(row);
            } else if (rows.isPresent()) {
                throw new IllegalArgumentException("The row \"" + row.text() + "\" needs experts of " + row.needs()
                        + ", there are " + experts + ": give --experts DIR or leave the row out.");
            }
        }
        return chosen;
    }
}
