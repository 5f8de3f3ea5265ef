package org.memlora.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.memlora.topology.demo.DemoFolder;
import org.memlora.topology.demo.DemoRun;
import org.memlora.topology.demo.Dialogue;
import org.memlora.topology.demo.DialogueReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "demo", mixinStandardHelpOptions = true,
        description = "Streams a dialogue through a real pipeline in this process and shows what it remembers and answers.")
final class DemoCommand implements Callable<Integer> {

    private static final int LOCOMO_QUESTIONS = 20;

    @Mixin
    private ModelOptions model;

    @Option(names = "--data", paramLabel = "FILE", description = "A dialogue: JSON lines (README) or a LoCoMo file. Default: our own.")
    private Path data;

    @Option(names = "--questions", paramLabel = "N", description = "Ask the first N questions only. Default: all; 20 of a LoCoMo file.")
    private Integer questions;

    @Option(names = "--turns", paramLabel = "N", description = "Stream the first N turns only. Default: all.")
    private Integer turns;

    @Option(names = "--data-dir", paramLabel = "DIR", description = "Keep topics and stores there: the same command goes on with them, also after a kill, also"
            + " when DIR/state was deleted. Default: a temporary folder.")
    private Path dataDir;

    @Override
    public Integer call() throws Exception {
        Dialogue dialogue = data == null ? DialogueReader.demo() : DialogueReader.read(data);
        int limit = dialogue.locomo() ? LOCOMO_QUESTIONS : Integer.MAX_VALUE;
        if (questions != null && questions < 0 || turns != null && turns < 1) {
            throw new UserError("--questions must be at least 0 and --turns at least 1.");
        }
        Dialogue chosen = dialogue.first(turns == null ? Integer.MAX_VALUE : turns, questions == null ? limit : questions);
        // The pictures of LoCoMo stand behind addresses that are mostly gone; it has captions.
        boolean shows = chosen.hasPictures() && !chosen.locomo();
        try (DemoFolder kept = folder(chosen)) {
            return new DemoRun(progress -> model.load(shows, progress), chosen, Optional.ofNullable(kept), System.out).run() ? 0 : 1;
        }
    }

    /** Null = none is kept. */
    private DemoFolder folder(Dialogue dialogue) {
        try {
            return dataDir == null ? null : DemoFolder.open(dataDir, dialogue);
        } catch (IllegalArgumentException e) {
            throw new UserError(e.getMessage(), e);
        }
    }
}
