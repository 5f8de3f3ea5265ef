package org.memlora.topology.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.operators.Stage;

/**
 * A model that does what the text says, the same for the same text: it makes a fact of each turn, decides by the fact's
 * hash and answers with all it was shown, whatever it is asked for. It breaks at certain words, at two of them only while
 * a file of the word's name stands in its folder:
 * <pre>
 * explode      throws                     hangs         never comes back (file hangs)
 * failing      a failed completion        outofmemory   throws an OutOfMemoryError (file outofmemory)
 * </pre>
 * Each word bankNword belongs to one bank: two of them in one prompt are a leak, and the worker dies of it.
 */
final class FaultModel implements LanguageModel {

    private static final Pattern BANK_WORD = Pattern.compile("bank\\d+word");
    private static final int OPERATIONS = 10;
    private static final int LONGEST_ANSWER = 2_000;

    private final Duration delay;
    private final Path folder;

    /** @param delay of each call @param folder where the switches are and the calls are noted */
    FaultModel(Duration delay, Path folder) {
        this.delay = delay;
        this.folder = folder;
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo("scripted", 2048, Set.of(Stage.EXTRACTION.expertName(), Stage.UPDATE.expertName(), Stage.GENERATION.expertName()));
    }

    @Override
    public List<Completion> generate(List<GenerationRequest> requests) {
        sleep(delay);
        List<Completion> completions = new ArrayList<>();
        for (GenerationRequest request : requests) {
            completions.add(complete(request));
        }
        note("calls", requests.get(0).expert() + " " + requests.size() + "\n");
        return completions;
    }

    private Completion complete(GenerationRequest request) {
        String prompt = request.prompt().get(request.prompt().size() - 1).content();
        Set<String> banks = new TreeSet<>();
        Matcher words = BANK_WORD.matcher(prompt);
        while (words.find()) {
            banks.add(words.group());
        }
        if (banks.size() > 1) {
            note("leaks", banks + "\n");
            throw new AssertionError("one prompt holds words of several banks: " + banks);
        }
        breakDown(prompt);
        if (prompt.contains("failing")) {
            return Completion.failed("scripted failure");
        }
        String text = reply(request.expert(), prompt);
        return new Completion(text, FinishReason.STOP, prompt.length(), text.length(), 1_000, 1_000, Optional.empty());
    }

    private void breakDown(String prompt) {
        if (prompt.contains("explode")) {
            throw new IllegalStateException("scripted explosion");
        }
        if (prompt.contains("outofmemory") && Files.exists(folder.resolve("outofmemory"))) {
            throw new OutOfMemoryError("scripted");
        }
        if (prompt.contains("hangs") && Files.exists(folder.resolve("hangs"))) {
            sleep(Duration.ofDays(1));
        }
    }

    private static String reply(String expert, String prompt) {
        if (expert.equals(Stage.EXTRACTION.expertName())) {
            return prompt.lines().map(line -> "- " + line.replaceFirst(":", "")).collect(Collectors.joining("\n"));
        }
        if (expert.equals(Stage.UPDATE.expertName())) {
            if (prompt.contains("delete everything")) {
                return "DELETE 1"; // an obedient model
            }
            int hash = Math.floorMod(prompt.substring(prompt.lastIndexOf("New fact: ")).hashCode(), OPERATIONS);
            return hash < 6 ? "ADD" : hash < 8 ? "UPDATE 1" : hash < 9 ? "NONE 1" : "DELETE 1";
        }
        String shown = prompt.lines().filter(line -> line.startsWith("- ")).map(line -> line.substring(2)).collect(Collectors.joining("; "));
        return shown.substring(0, Math.min(LONGEST_ANSWER, shown.length()));
    }

    private void note(String name, String line) {
        try {
            Files.writeString(folder.resolve(name), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() { }
}
