package org.memlora.operators.vision;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.memlora.operators.memory.ScoredMemory;
import org.memlora.operators.memory.Words;

/**
 * Which picture shared earlier a question is about, if any. A second look costs more than an answer from the memories and knows neither names
 * nor dates, so it is taken only for what eyes tell:
 * <ul>
 * <li>a question that names a picture: the picture of the best memory that has one and shares another word with the question;
 * <li>a question for colour, clothes or what is odd, or for a number in what was shown: the picture of the best memory, if it has one;
 * <li>never a question that begins by asking who, when, where or why.
 * </ul>
 */
public final class EarlierPicture {

    private static final Set<String> PICTURE = stems("picture photo photograph pic image selfie snapshot screenshot");
    private static final Set<String> LOOKS = stems("colour color coloured colored wear wearing unusual odd strange shape background holding");
    private static final Set<String> NUMBER = stems("many");
    private static final Set<String> SHOWN = stems("show showed shown share shared post posted send sent visible");
    private static final Set<String> ASKS = Set.of("who", "whom", "whose", "when", "where", "why", "what", "which", "how", "is", "are", "was", "were",
            "does", "do", "did", "can", "describe");
    private static final Set<String> TOLD_BY_TEXT = Set.of("who", "whom", "whose", "when", "where", "why");

    private EarlierPicture() { }

    /** The memory that leads to the picture. {@code memories}: those read for the question, best first. */
    public static Optional<ScoredMemory> of(String question, List<ScoredMemory> memories) {
        if (memories.isEmpty() || firstAsks(question).filter(TOLD_BY_TEXT::contains).isPresent()) {
            return Optional.empty();
        }
        Set<String> words = Words.content(question);
        if (words.stream().anyMatch(PICTURE::contains)) {
            Set<String> about = words.stream().filter(word -> !PICTURE.contains(word)).collect(Collectors.toSet());
            return memories.stream().filter(scored -> scored.memory().picture().isPresent()
                    && (about.isEmpty() || Words.content(scored.memory().text()).stream().anyMatch(about::contains))).findFirst();
        }
        boolean looks = words.stream().anyMatch(LOOKS::contains)
                || words.stream().anyMatch(NUMBER::contains) && words.stream().anyMatch(SHOWN::contains);
        return Optional.of(memories.get(0)).filter(best -> looks && best.memory().picture().isPresent());
    }

    private static Optional<String> firstAsks(String question) {
        return List.of(Words.normalised(question).split(" ")).stream().filter(ASKS::contains).findFirst();
    }

    private static Set<String> stems(String words) {
        return Set.copyOf(Words.content(words));
    }
}
