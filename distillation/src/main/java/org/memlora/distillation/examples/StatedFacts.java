package org.memlora.distillation.examples;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;
import org.memlora.operators.extraction.ExtractionPrompt;
import org.memlora.operators.extraction.RelativeDates;

/**
 * Short exchanges of our own in which people say things about themselves, or nothing to be remembered. Recorded dialogues are long-winded and
 * of one kind: an expert that knows nothing else takes a plain "My job? Translator." for small talk.
 */
final class StatedFacts {
    private static final String RESOURCE = "stated-facts.txt";
    private static final Pattern SLOT = Pattern.compile("\\{([a-z]+?)2?}");
    private static final List<String> NAMES = List.of("Amira", "Jonas", "Katya", "Liam", "Sofia", "Mateo", "Grace", "Emil", "Noor", "Felicity", "Dmitri", "Hana",
            "Oscar", "Ruth", "Kofi", "Ingrid", "Pablo", "Zoe", "Ravi", "Elsa", "Thomas", "Maya", "Victor", "Alice", "User", "User", "User", "Customer");
    private static final double NOTHING_SAID = 0.3;

    /** @param fact empty: nothing to be remembered */
    private record Line(Optional<String> fact, List<String> wordings) { }

    /** What a speaker says and what is to be remembered of it. */
    private record Said(String text, Optional<String> fact) { }

    private final Map<String, List<String>> lists = new HashMap<>();
    private final List<Line> facts = new ArrayList<>();
    private final List<Line> smallTalk = new ArrayList<>();
    private final OutputFilter filter;
    private final SplittableRandom random;

    StatedFacts(OutputFilter filter, SplittableRandom random) {
        this.filter = filter;
        this.random = random;
        text().lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(this::read);
    }

    private static String text() {
        try (InputStream resource = StatedFacts.class.getResourceAsStream(RESOURCE)) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
    }

    private void read(String line) {
        if (line.startsWith("= ")) {
            String[] parts = line.substring(2).split(": ", 2);
            lists.put(parts[0], List.of(parts[1].split("\\|")));
            return;
        }
        String[] parts = line.split("< ", 2);
        List<String> wordings = Arrays.stream(parts[1].split("\\|")).map(String::strip).toList();
        (parts[0].isBlank() ? smallTalk : facts).add(new Line(Optional.of(parts[0].strip()).filter(fact -> !fact.isEmpty()), wordings));
    }

    /** @param id of the conversation whose training set they join @param days times of its sessions */
    List<TrainingExample> examples(String id, List<Instant> days, int count) {
        List<TrainingExample> examples = new ArrayList<>();
        while (examples.size() < count) {
            example(id + "-own-" + examples.size(), id, days.get(random.nextInt(days.size()))).ifPresent(examples::add);
        }
        return examples;
    }

    private Optional<TrainingExample> example(String exchangeId, String source, Instant time) {
        boolean nothing = random.nextDouble() < NOTHING_SAID;
        List<List<Line>> turns = new ArrayList<>();
        switch (random.nextInt(5)) {
            case 0, 1 -> turns.add(List.of(line(nothing)));
            case 2 -> turns.addAll(List.of(List.of(line(nothing)), List.of(line(true))));
            case 3 -> turns.addAll(List.of(List.of(line(nothing)), List.of(line(nothing))));
            default -> turns.addAll(List.of(List.of(line(true), line(nothing)), List.of(line(true))));
        }
        if (!nothing && random.nextInt(5) == 0) {
            turns.set(0, List.of(turns.get(0).get(0), line(false)));
        }
        if (turns.size() == 2 && random.nextBoolean()) {
            Collections.swap(turns, 0, 1);
        }
        String first = NAMES.get(random.nextInt(NAMES.size()));
        String second = first.equals("User") ? "Assistant" : NAMES.get(random.nextInt(NAMES.size() - 4));
        if (first.equals(second)) {
            return Optional.empty();
        }
        LocalDate day = time.atZone(ZoneOffset.UTC).toLocalDate();
        List<DialogueTurn> spoken = new ArrayList<>();
        List<String> said = new ArrayList<>();
        for (int i = 0; i < turns.size(); i++) {
            String speaker = i == 0 ? first : second;
            List<Said> parts = turns.get(i).stream().map(line -> fill(line, speaker, speaker.equals(first) ? second : first)).toList();
            String text = parts.stream().map(Said::text).collect(Collectors.joining(" "));
            spoken.add(new DialogueTurn(exchangeId + ":" + i, speaker, text, time, Optional.empty()));
            parts.forEach(part -> part.fact.ifPresent(fact -> said.add(RelativeDates.resolve(fact, day))));
        }
        Exchange exchange = new Exchange(source, spoken);
        List<String> kept = filter.facts(exchange, said);
        if (kept.size() < said.size()) {
            return Optional.empty();
        }
        return Optional.of(new TrainingExample(ExtractionPrompt.messages(exchange, true), ExtractionPrompt.output(kept), spoken.stream().map(DialogueTurn::eventId).toList(),
                source + "/" + (kept.isEmpty() ? "own-none" : "own-facts")));
    }

    private Line line(boolean nothing) {
        List<Line> lines = nothing ? smallTalk : facts;
        return lines.get(random.nextInt(lines.size()));
    }

    private Said fill(Line line, String speaker, String listener) {
        Map<String, String> chosen = new HashMap<>();
        String wording = line.wordings.get(random.nextInt(line.wordings.size()));
        String text = fill(wording, chosen, speaker, listener);
        return new Said(Character.toUpperCase(text.charAt(0)) + text.substring(1), line.fact.map(fact -> fill(fact, chosen, speaker, listener)));
    }

    private String fill(String template, Map<String, String> chosen, String speaker, String listener) {
        return SLOT.matcher(template.replace("{1}", speaker).replace("{2}", listener)).replaceAll(match -> Matcher.quoteReplacement(
                chosen.computeIfAbsent(match.group(), slot -> another(match.group(1), chosen.values()))));
    }

    private String another(String list, Iterable<String> taken) {
        List<String> values = new ArrayList<>(lists.get(list));
        taken.forEach(values::remove);
        return values.get(random.nextInt(values.size()));
    }
}
