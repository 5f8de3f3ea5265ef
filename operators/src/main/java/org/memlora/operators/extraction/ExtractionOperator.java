package org.memlora.operators.extraction;

import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.Stage;
import org.memlora.operators.StageFailure;
import org.memlora.operators.StageModel;
import org.memlora.operators.memory.PictureLink;
import org.memlora.operators.memory.Words;

/** Stage 1: exchanges to dated facts (paper, section 3.1). Threading: may be called by all threads. */
public final class ExtractionOperator {

    /** A caption may be as long as a turn; what every later prompt may show is not. */
    private static final int MOST_DESCRIPTION_CHARS = 300;

    private final StageModel model;
    private final OperatorSettings settings;

    public ExtractionOperator(LanguageModel model, OperatorSettings settings) {
        this.model = new StageModel(model, Stage.EXTRACTION);
        this.settings = settings;
    }

    /** One batched model call; one result per exchange, in order. */
    public List<ExtractionResult> extract(List<Exchange> exchanges) {
        List<GenerationRequest> requests = exchanges.stream().map(exchange -> model.request(
                exchange.bankId(), ExtractionPrompt.messages(exchange, model.hasExpert()), ExtractionPrompt.GRAMMAR, settings.extractionTokens()))
                .toList();
        StageModel.Batch batch = model.run(requests);
        List<ExtractionResult> results = new ArrayList<>(exchanges.size());
        for (int i = 0; i < exchanges.size(); i++) {
            Completion completion = batch.completions().get(i);
            List<StageFailure> failures = new ArrayList<>();
            List<String> texts = isUnsure(completion, model.leastConfidence()) ? List.of() : usableTexts(exchanges.get(i), completion, failures);
            results.add(new ExtractionResult(exchanges.get(i), facts(exchanges.get(i), texts), batch.usage(i), failures));
        }
        return results;
    }

    /** Whether facts were written though the expert wasn't sure that there are any: a fact or NONE is the grammar's first choice. */
    public static boolean isUnsure(Completion completion, double leastConfidence) {
        return completion.finishReason() != FinishReason.FAILED && !completion.text().equals(ExtractionPrompt.NONE) && completion.confidence() < leastConfidence;
    }

    private static List<String> usableTexts(Exchange exchange, Completion completion, List<StageFailure> failures) {
        if (completion.finishReason() == FinishReason.FAILED) {
            failures.add(failure(exchange, "MODEL_FAILED: " + completion.error().orElse("no reason given"), completion.text()));
            return List.of();
        }
        List<String> texts = ExtractionPrompt.parse(completion.text());
        if (completion.finishReason() == FinishReason.LENGTH && !texts.isEmpty()) {
            failures.add(failure(exchange, "TOKEN_LIMIT: the last fact was cut off at " + completion.completionTokens()
                    + " tokens and is left out; the complete ones are kept", completion.text()));
            texts = texts.subList(0, texts.size() - 1);
        }
        return grounded(exchange, texts, failures);
    }

    private static List<String> grounded(Exchange exchange, List<String> texts, List<StageFailure> failures) {
        Grounding grounding = new Grounding(exchange);
        List<String> kept = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String text : texts) {
            if (!seen.add(Words.saying(text))) {
                continue;
            }
            if (!grounding.holds(text)) {
                failures.add(failure(exchange, "UNGROUNDED: no content word of the fact stands in the exchange", text));
            } else {
                kept.add(text);
            }
        }
        return kept;
    }

    private static List<Fact> facts(Exchange exchange, List<String> texts) {
        List<Fact> facts = told(exchange, texts);
        for (DialogueTurn turn : exchange.turns()) {
            if (turn.picture().isPresent() && turn.pictureDescription().isPresent()
                    && facts.stream().noneMatch(fact -> fact.picture().equals(turn.picture()))) {
                facts.add(shown(exchange, turn, facts.size()));
            }
        }
        return facts;
    }

    /** A picture of which the model told nothing is remembered as such: without a memory nobody would find it again. */
    private static Fact shown(Exchange exchange, DialogueTurn turn, int position) {
        String description = Words.oneLine(turn.pictureDescription().orElseThrow());
        String text = Words.oneLine(turn.speaker()) + " shared a picture: "
                + Words.first(description, MOST_DESCRIPTION_CHARS);
        return new Fact(FactIds.mint(exchange.bankId(), exchange.turns().get(0).eventId(), position), text, turn.time(), Optional.empty(),
                List.of(turn.eventId()), ExtractionPrompt.dialogue(exchange), List.of(ExtractionPrompt.line(turn)), turn.picture());
    }

    private static List<Fact> told(Exchange exchange, List<String> texts) {
        List<Fact> facts = new ArrayList<>(texts.size());
        for (int position = 0; position < texts.size(); position++) {
            String text = texts.get(position);
            List<DialogueTurn> sources = sources(exchange, text);
            Instant saidAt = sources.get(sources.size() - 1).time();
            facts.add(new Fact(
                    FactIds.mint(exchange.bankId(), exchange.turns().get(0).eventId(), position), text, saidAt,
                    RelativeDates.dayIn(text), sources.stream().map(DialogueTurn::eventId).toList(), ExtractionPrompt.dialogue(exchange),
                    lines(exchange, sources), picture(exchange, text)));
        }
        return facts;
    }

    /** The turns that give the fact words the other turn doesn't; all turns where none does. */
    private static List<DialogueTurn> sources(Exchange exchange, String fact) {
        List<DialogueTurn> sources = exchange.turns().stream().filter(turn -> {
            Set<String> words = Words.content(fact);
            words.retainAll(Words.content(ExtractionPrompt.line(turn)));
            exchange.turns().stream().filter(other -> other != turn)
                    .forEach(other -> words.removeAll(Words.content(ExtractionPrompt.line(other))));
            return !words.isEmpty();
        }).toList();
        return sources.isEmpty() ? exchange.turns() : sources;
    }

    /** The sources of the day of the last one, and what was replied where one asks: what was asked alone says nothing. */
    private static List<String> lines(Exchange exchange, List<DialogueTurn> sources) {
        LocalDate day = sources.get(sources.size() - 1).day();
        boolean asked = false;
        List<String> lines = new ArrayList<>();
        for (DialogueTurn turn : exchange.turns()) {
            if ((sources.contains(turn) || asked) && turn.day().equals(day)) {
                lines.add(ExtractionPrompt.line(turn));
                asked = turn.text().strip().endsWith("?");
            }
        }
        return lines;
    }

    /** The picture whose description has most words of the fact; none that the fact could be told without. */
    private static Optional<PictureLink> picture(Exchange exchange, String fact) {
        Optional<PictureLink> best = Optional.empty();
        int most = 0;
        for (DialogueTurn turn : exchange.turns()) {
            Set<String> words = Words.content(fact);
            words.retainAll(Words.content(turn.pictureDescription().orElse("")));
            words.removeAll(Words.content(turn.speaker()));
            if (turn.picture().isPresent() && words.size() > most) {
                best = turn.picture();
                most = words.size();
            }
        }
        return best;
    }

    private static StageFailure failure(Exchange exchange, String reason, String rawText) {
        return new StageFailure(Stage.EXTRACTION, reason, rawText,
                exchange.turns().stream().map(DialogueTurn::eventId).toList());
    }
}
