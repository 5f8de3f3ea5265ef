package org.memlora.distillation.search;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.memlora.distillation.WholeFile;
import org.memlora.distillation.search.OuterScore.Scored;
import org.memlora.models.bases.FolderTree;
import org.memlora.models.lora.AdapterFile;

/** Scores all combinations of the best experts per stage. Scores are kept in a file: a combination that has one is not run again. */
public final class OuterLoop {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final String measure;
    private final BiFunction<String, String, Path> expertFolders;
    private final OuterScore.Opener opener;
    private final PrintStream out;

    /**
     * @param folder for the scores and the experts that are loaded
     * @param measure what is measured, by which version and on which data, in words: scores of another measure are not used
     * @param expertFolders by stage and identity, in PEFT's format
     */
    public OuterLoop(Path folder, String measure, BiFunction<String, String, Path> expertFolders, OuterScore.Opener opener, PrintStream out) {
        this.folder = folder;
        this.measure = measure;
        this.expertFolders = expertFolders;
        this.opener = opener;
        this.out = out;
    }

    /** One line of the file. @param experts identity by stage */
    private record Line(String measure, Map<String, String> experts, Scored scored) { }

    String measure() {
        return measure;
    }

    /**
     * @param kept identities by stage, in the order of the pipeline: neighbours in the result share their first stages
     * @return by combination (identity by stage)
     */
    Map<Map<String, String>, Scored> scores(Map<String, List<String>> kept) {
        List<Line> lines = read();
        List<Map<String, String>> combinations = combinations(kept);
        List<Map<String, String>> missing = combinations.stream().filter(one -> find(lines, one).isEmpty()).toList();
        if (!missing.isEmpty()) {
            reportOthers(lines, missing);
            try (OuterScore score = opener.open(gather(missing))) {
                for (Map<String, String> combination : missing) {
                    Map<String, String> names = new LinkedHashMap<>();
                    combination.forEach((stage, identity) -> names.put(stage, name(stage, identity)));
                    Scored scored = score.score(names);
                    lines.add(new Line(measure, combination, scored));
                    WholeFile.write(file(), JSON.valueToTree(lines).toPrettyString());
                    out.printf(Locale.ROOT, "combination %d of %d: %.4f in %.0f s, %d of %d requests reused; %s%n", combinations.indexOf(combination) + 1,
                            combinations.size(), scored.score(), scored.seconds(), scored.reused(), scored.requests(), combination);
                }
            }
        }
        Map<Map<String, String>, Scored> scores = new LinkedHashMap<>();
        combinations.forEach(one -> scores.put(one, find(lines, one).orElseThrow()));
        return scores;
    }

    /** Otherwise it would look as if a search that goes on began anew. */
    private void reportOthers(List<Line> lines, List<Map<String, String>> missing) {
        List<String> others = lines.stream().filter(line -> missing.contains(line.experts)).map(Line::measure).distinct().toList();
        if (!others.isEmpty()) {
            out.println(file() + " has scores of these combinations that can't be compared, they are scored anew: measured was "
                    + String.join("; ", others) + ", now it is " + measure);
        }
    }

    private static List<Map<String, String>> combinations(Map<String, List<String>> kept) {
        List<Map<String, String>> all = List.of(Map.of());
        for (Map.Entry<String, List<String>> stage : kept.entrySet()) {
            List<Map<String, String>> longer = new ArrayList<>();
            for (Map<String, String> one : all) {
                for (String identity : stage.getValue()) {
                    Map<String, String> with = new LinkedHashMap<>(one);
                    with.put(stage.getKey(), identity);
                    longer.add(with);
                }
            }
            all = longer;
        }
        return all;
    }

    private Optional<Scored> find(List<Line> lines, Map<String, String> combination) {
        return lines.stream().filter(line -> line.measure.equals(measure) && line.experts.equals(combination)).map(Line::scored).findFirst();
    }

    private static String name(String stage, String identity) {
        return stage + "-" + identity;
    }

    private Path file() {
        return folder.resolve("scores.json");
    }

    private List<Line> read() {
        try {
            return Files.exists(file()) ? new ArrayList<>(List.of(JSON.readValue(file().toFile(), Line[].class))) : new ArrayList<>();
        } catch (IOException e) {
            throw new UncheckedIOException("The scores " + file() + " can't be read: delete the file.", e);
        }
    }

    /** A folder with exactly the experts of the combinations. */
    private Path gather(List<Map<String, String>> combinations) {
        Path experts = folder.resolve("experts");
        try {
            FolderTree.delete(experts);
            for (Map<String, String> combination : combinations) {
                for (Map.Entry<String, String> expert : combination.entrySet()) {
                    Path from = expertFolders.apply(expert.getKey(), expert.getValue());
                    Path to = Files.createDirectories(experts.resolve(name(expert.getKey(), expert.getValue())));
                    for (String part : List.of(AdapterFile.CONFIG, AdapterFile.WEIGHTS)) {
                        Files.copy(from.resolve(part), to.resolve(part), StandardCopyOption.REPLACE_EXISTING);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The experts can't be gathered in " + experts + ": " + e.getMessage(), e);
        }
        return experts;
    }
}
