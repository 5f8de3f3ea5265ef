package org.memlora.evaluation.vision;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.memlora.models.ChatMessage;
import org.memlora.models.Completion;
import org.memlora.models.FinishReason;
import org.memlora.models.GenerationOptions;
import org.memlora.models.GenerationRequest;
import org.memlora.models.PictureRequest;
import org.memlora.models.VisionLanguageModel;
import org.memlora.operators.Stage;
import org.memlora.operators.vision.VisionOperator;
import org.memlora.operators.vision.VisionPrompt;

/** The ways to answer questions about pictures. */
public final class VisionRows {
    private static final int AT_ONCE = 32;
    private static final int ANSWER_TOKENS = 20;
    private static final int BLANK_SIDE = 256;
    private static final Color BLANK = new Color(0xCFD1D4);

    private final VisionLanguageModel model;
    private final List<VisionQuestion> questions;
    private final Progress progress;
    private final Map<String, String> captions = new LinkedHashMap<>();

    /** Told after each batch of a row. */
    public interface Progress {
        void step(String row, int done, int total);
    }

    public VisionRows(VisionLanguageModel model, List<VisionQuestion> questions, Progress progress) {
        this.model = model;
        this.questions = List.copyOf(questions);
        this.progress = progress;
    }

    /** Whether the model has a vision expert. */
    public static boolean hasExpert(VisionLanguageModel model) {
        return model.info().experts().contains(Stage.VISION.expertName());
    }

    /** Those that are possible, the expert's first. */
    public List<VisionRow> run() {
        List<VisionRow> rows = new ArrayList<>();
        boolean expert = hasExpert(model);
        if (expert) {
            rows.add(looked("expert", Stage.VISION.expertName(), VisionQuestion::picture));
        }
        rows.add(looked("base", GenerationRequest.BASE, VisionQuestion::picture));
        rows.add(captions(expert ? Stage.VISION.expertName() : GenerationRequest.BASE));
        rows.add(majority());
        byte[] blank = blank();
        rows.add(looked("blank", expert ? Stage.VISION.expertName() : GenerationRequest.BASE, question -> blank));
        return rows;
    }

    /** What {@link #run} was told of each picture for the caption row. */
    public Map<String, String> captions() {
        return Collections.unmodifiableMap(captions);
    }

    private VisionRow looked(String row, String expert, Function<VisionQuestion, byte[]> picture) {
        boolean trained = !expert.equals(GenerationRequest.BASE);
        return new VisionRow(row, questions, batches(row, questions, (from, to) -> model.look(questions.subList(from, to).stream()
                .map(question -> new PictureRequest(picture.apply(question), request(VisionPrompt.question(question.question(), trained), expert, ANSWER_TOKENS)))
                .toList())));
    }

    /** What the paper compares with: each picture is described once, and the bare base answers from that text. */
    private VisionRow captions(String expert) {
        Map<String, VisionQuestion> pictures = questions.stream().collect(Collectors.toMap(VisionQuestion::image, question -> question, (a, b) -> a));
        List<VisionQuestion> shown = new LinkedHashSet<>(questions.stream().map(VisionQuestion::image).toList()).stream().map(pictures::get).toList();
        List<String> described = batches("caption, describing", shown, (from, to) -> model.look(shown.subList(from, to).stream()
                .map(one -> new PictureRequest(one.picture(), request(VisionPrompt.description(!expert.equals(GenerationRequest.BASE)), expert, VisionOperator.DESCRIPTION_TOKENS)))
                .toList()));
        IntStream.range(0, shown.size()).forEach(i -> captions.put(shown.get(i).image(), described.get(i)));
        return new VisionRow("caption", questions, batches("caption", questions, (from, to) -> model.generate(questions.subList(from, to).stream()
                .map(question -> request(List.of(VisionPrompt.question(question.question(), false).get(0), ChatMessage.user("The picture shows: "
                        + captions.get(question.image()) + ".\n" + question.question())), GenerationRequest.BASE, ANSWER_TOKENS)).toList())));
    }

    /** The most frequent answer of each kind, of these very questions: what knows the answers' shares and no picture reaches. */
    private VisionRow majority() {
        Map<String, String> most = new HashMap<>();
        questions.stream().collect(Collectors.groupingBy(VisionQuestion::kind, Collectors.groupingBy(VisionQuestion::answer, TreeMap::new,
                Collectors.counting()))).forEach((kind, counts) -> most.put(kind, counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey()));
        return new VisionRow("majority", questions, questions.stream().map(question -> most.get(question.kind())).toList());
    }

    private List<String> batches(String row, List<VisionQuestion> all, BiFunction<Integer, Integer, List<Completion>> run) {
        List<String> answers = new ArrayList<>();
        for (int from = 0; from < all.size(); from += AT_ONCE) {
            int to = Math.min(from + AT_ONCE, all.size());
            for (Completion completion : run.apply(from, to)) {
                VisionQuestion question = all.get(answers.size());
                if (completion.finishReason() == FinishReason.FAILED) {
                    throw new IllegalStateException("The row " + row + " stops at " + question.image() + ", \"" + question.question() + "\": "
                            + completion.error().orElse("the model gave no reason") + ". Mend or leave out that picture: a look that fails is no wrong answer.");
                }
                answers.add(completion.text().strip());
            }
            progress.step(row, to, all.size());
        }
        return answers;
    }

    private static GenerationRequest request(List<ChatMessage> prompt, String expert, int tokens) {
        return new GenerationRequest(prompt, expert, Optional.of(VisionPrompt.GRAMMAR), GenerationOptions.greedy(tokens));
    }

    private static byte[] blank() {
        BufferedImage image = new BufferedImage(BLANK_SIDE, BLANK_SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(BLANK);
        graphics.fillRect(0, 0, BLANK_SIDE, BLANK_SIDE);
        graphics.dispose();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
