package org.memlora.cli;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.memlora.schemas.FailedEvent;
import org.memlora.topology.client.DeadLetterBox;
import org.memlora.topology.client.DeadLetterBox.Letter;
import org.memlora.topology.client.DeadLetterReason.Replay;
import org.memlora.topology.client.PipelineClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "dead-letters", mixinStandardHelpOptions = true,
        description = "Lists what could not be used, says why and what helps, and sends it again.")
final class DeadLettersCommand implements Callable<Integer> {

    @Mixin
    private ConnectionOptions connection;

    @Option(names = "--bank", paramLabel = "B", description = "Only letters of this bank.")
    private String bank;

    @Option(names = "--replay", paramLabel = "ID", description = "Send this letter's events again and erase the letter; may be repeated.")
    private List<String> replay = new ArrayList<>();

    @Option(names = "--all", description = "Replay all letters listed for which that makes sense.")
    private boolean all;

    @Override
    public Integer call() throws Exception {
        if (all && !replay.isEmpty()) {
            throw new UserError("--replay and --all exclude each other: --all replays all letters listed, and a replay can't be taken back.");
        }
        try (PipelineClient client = connection.client(); DeadLetterBox box = client.deadLetters()) {
            List<Letter> letters = box.letters().stream().filter(letter -> bank == null || bank.equals(letter.content().getBankId())).toList();
            if (replay.isEmpty() && !all) {
                letters.forEach(DeadLettersCommand::print);
                System.out.println(summary(letters));
                return 0;
            }
            int events = 0;
            List<Letter> chosen = chosen(letters);
            for (Letter letter : chosen) {
                events += box.replay(letter);
                System.out.println("replayed " + letter.id());
            }
            System.out.println("Sent " + events + " events of " + chosen.size() + " dead letters again; what fails again comes as a new letter.");
            return 0;
        }
    }

    private List<Letter> chosen(List<Letter> letters) {
        if (all) {
            return letters.stream().filter(Letter::canBeReplayed).toList();
        }
        Set<String> wanted = new LinkedHashSet<>(replay);
        List<Letter> chosen = letters.stream().filter(letter -> wanted.remove(letter.id())).toList();
        if (!wanted.isEmpty()) {
            throw new UserError("There is no dead letter " + String.join(", ", wanted) + (bank == null ? "" : " of bank " + bank)
                    + "; \"memlora dead-letters\" lists them.");
        }
        chosen.stream().filter(letter -> !letter.canBeReplayed()).findFirst().ifPresent(letter -> {
            throw new UserError("Dead letter " + letter.id() + " can't be replayed: " + letter.reason().meaning() + " " + letter.reason().advice());
        });
        return chosen;
    }

    private static void print(Letter letter) {
        FailedEvent content = letter.content();
        System.out.println(letter.id() + "  " + content.getStage() + "  " + content.getReason());
        System.out.println("    " + (content.getBankId() == null ? "bank not known" : "bank " + content.getBankId())
                + (content.getEventIds().isEmpty() ? "" : ", events " + String.join(", ", content.getEventIds())) + ", " + content.getTime()
                + (content.getTopic() == null ? "" : ", from " + content.getTopic() + "-" + content.getPartition() + " at offset " + content.getOffset()));
        System.out.println("    " + letter.reason().meaning() + " " + letter.reason().advice());
        if (letter.canBeReplayed()) {
            System.out.println("    " + (letter.reason().replay() == Replay.AT_ONCE ? "Replay: " : "Replay, then: ")
                    + "memlora dead-letters --replay " + letter.id());
        }
    }

    private static String summary(List<Letter> letters) {
        TreeMap<String, Long> counts = letters.stream().map(letter -> letter.content().getReason().split("[: ]", 2)[0])
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
        return letters.size() + (letters.size() == 1 ? " dead letter" : " dead letters") + (counts.isEmpty() ? "." : ": "
                + counts.entrySet().stream().map(count -> count.getValue() + " " + count.getKey()).collect(Collectors.joining(", ")) + ".");
    }
}
