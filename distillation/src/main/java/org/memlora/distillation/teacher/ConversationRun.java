package org.memlora.distillation.teacher;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.memlora.distillation.locomo.LocomoConversation;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.LanguageModel;
import org.memlora.models.ModelInfo;
import org.memlora.models.embedding.TextEmbedder;
import org.memlora.operators.OperatorSettings;
import org.memlora.operators.Stage;
import org.memlora.operators.extraction.DialogueTurn;
import org.memlora.operators.extraction.Exchange;
import org.memlora.operators.extraction.ExtractionOperator;
import org.memlora.operators.extraction.Fact;
import org.memlora.operators.generation.GenerationOperator;
import org.memlora.operators.generation.GenerationPrompt;
import org.memlora.operators.generation.QuestionContext;
import org.memlora.operators.memory.InMemoryBank;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.operators.update.BankFacts;
import org.memlora.operators.update.UpdateOperator;

/**
 * The three stages over one conversation, call by call, with the product's own operators: all turns, then the questions. Each call
 * is answered from outside, so the same run records a teacher and, from its record, makes the experts' training examples.
 */
final class ConversationRun {

    /** Answers one call; {@code request} is what the operator asks. */
    interface Answers {
        Completion answer(StageCall call, GenerationRequest request);
    }

    private static final Duration BEFORE_QUESTIONS = Duration.ofMinutes(10);

    private final LocomoConversation conversation;
    private final Answers answers;
    private final MemoryRetriever retriever;
    private final InMemoryBank bank;
    private final ExtractionOperator extraction;
    private final UpdateOperator update;
    private final GenerationOperator generation;
    private StageCall call;

    /** @param experts whether the prompts are those of experts */
    ConversationRun(LocomoConversation conversation, TextEmbedder embedder, boolean experts, Answers answers) {
        this.conversation = conversation;
        this.answers = answers;
        this.retriever = new MemoryRetriever(embedder);
        this.bank = new InMemoryBank(conversation.id());
        LanguageModel model = new OneCallModel(experts);
        extraction = new ExtractionOperator(model, OperatorSettings.DEFAULT);
        update = new UpdateOperator(model, embedder, OperatorSettings.DEFAULT);
        generation = new GenerationOperator(model, OperatorSettings.DEFAULT);
    }

    /** Steps of the progress: exchanges and questions. */
    static int steps(LocomoConversation conversation) {
        return conversation.sessions().stream().mapToInt(session -> session.exchanges("").size()).sum() + conversation.questions().size();
    }

    void run(LongConsumer progress) {
        long done = 0;
        Instant last = Instant.EPOCH;
        for (LocomoConversation.Session session : conversation.sessions()) {
            for (Exchange exchange : session.exchanges(conversation.id())) {
                exchange(exchange);
                last = exchange.turns().get(exchange.turns().size() - 1).time();
                progress.accept(++done);
            }
        }
        for (LocomoConversation.Question question : conversation.questions()) {
            question(question, last.plus(BEFORE_QUESTIONS));
            progress.accept(++done);
        }
    }

    private void exchange(Exchange exchange) {
        List<String> ids = exchange.turns().stream().map(DialogueTurn::eventId).toList();
        call = new StageCall(Stage.EXTRACTION, id(Stage.EXTRACTION, ids.get(0)), ids, Optional.of(exchange), Optional.empty());
        for (Fact fact : extraction.extract(List.of(exchange)).get(0).facts()) {
            call = new StageCall(Stage.UPDATE, id(Stage.UPDATE, fact.id()), fact.sourceEventIds(), Optional.empty(), Optional.empty());
            update.update(List.of(new BankFacts(bank, List.of(fact))));
        }
    }

    private void question(LocomoConversation.Question question, Instant time) {
        List<ScoredMemory> memories = retriever.retrieve(bank, question.text(), QuestionContext.USUALLY_READ);
        if (!memories.isEmpty()) {
            Optional<String> gold = question.adversarial() ? Optional.of(GenerationPrompt.NOT_MENTIONED) : question.answer();
            call = new StageCall(Stage.GENERATION, id(Stage.GENERATION, question.id()), List.of(question.id()), Optional.empty(), gold);
            generation.answer(List.of(new QuestionContext(conversation.id(), question.id(), question.text(), time, memories,
                    QuestionContext.USUALLY_TOLD)));
        }
    }

    private String id(Stage stage, String about) {
        return stage.expertName() + "/" + conversation.id() + "/" + about;
    }

    /** What the operators see as their model: the call at hand is answered from outside. */
    private final class OneCallModel implements LanguageModel {
        private final ModelInfo info;

        OneCallModel(boolean experts) {
            info = new ModelInfo("teacher", Integer.MAX_VALUE, experts
                    ? Set.of(Stage.EXTRACTION.expertName(), Stage.UPDATE.expertName(), Stage.GENERATION.expertName()) : Set.of());
        }

        @Override
        public ModelInfo info() {
            return info;
        }

        @Override
        public List<Completion> generate(List<GenerationRequest> requests) {
            return requests.stream().map(request -> answers.answer(call, request)).toList();
        }

        @Override
        public void close() { }
    }
}
