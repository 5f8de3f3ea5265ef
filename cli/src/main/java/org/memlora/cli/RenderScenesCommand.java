package org.memlora.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.memlora.distillation.scenes.AnswerShares;
import org.memlora.distillation.scenes.QuestionKind;
import org.memlora.distillation.scenes.SceneFolder;
import org.memlora.distillation.scenes.SceneSplit;
import org.memlora.topology.demo.WorkProgress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "render-scenes", mixinStandardHelpOptions = true, description = "Renders pictures with questions that have one-word answers, and"
        + " descriptions: data of our own for the vision expert. The same split and seed give the same pictures.")
final class RenderScenesCommand implements Callable<Integer> {

    private static final int MOST = 1_000_000;

    @Option(names = "--split", required = true, paramLabel = "NAME", description = "train, validation or test. The test shows combinations of"
            + " shape, colour and texture, and asks in words, that the other two don't have.")
    private SceneSplit split;

    @Option(names = "--count", required = true, paramLabel = "N", description = "Number of pictures; each has two questions.")
    private int count;

    @Option(names = "--seed", paramLabel = "S", description = "Default: ${DEFAULT-VALUE}.", defaultValue = "20251124")
    private long seed;

    @Option(names = "--out", required = true, paramLabel = "FOLDER", description = "A new or an empty folder.")
    private Path out;

    @Override
    public Integer call() {
        if (count < 1 || count > MOST) {
            throw new UserError("--count is " + count + ", expected 1 to " + MOST + ".");
        }
        long started = System.nanoTime();
        AnswerShares shares;
        try (WorkProgress progress = new WorkProgress(System.err)) {
            shares = SceneFolder.write(out, split, seed, count, done -> progress.step("rendering", done, count, "pictures"));
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
        double seconds = Duration.ofNanos(System.nanoTime() - started).toMillis() / 1000.0;
        System.out.printf(Locale.ROOT, "Written to %s: %d pictures of %s, seed %d; %.1f pictures/s%n", out, count, split.label(), seed, count / seconds);
        for (QuestionKind kind : QuestionKind.values()) {
            shares.majority(kind).ifPresent(most -> System.out.printf(Locale.ROOT, "%s: %d questions; always \"%s\" would be right in %.3f of them%n",
                    kind.label(), shares.questions(kind), most.answer(), most.share()));
        }
        return 0;
    }
}
