package org.memlora.operators.vision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.PictureLink;
import org.memlora.operators.memory.ScoredMemory;

class EarlierPictureTest {

    private static final ScoredMemory SEEN = memory("m1", Optional.of(new PictureLink("aa", Optional.empty())));
    private static final ScoredMemory SEEN_TOO = memory("m2", Optional.of(new PictureLink("bb", Optional.empty())));
    private static final ScoredMemory TOLD = memory("m3", Optional.empty());

    private static ScoredMemory memory(String id, Optional<PictureLink> picture) {
        return new ScoredMemory(new Memory(id, "Ann has a red car", Instant.EPOCH, Optional.empty(), Optional.empty(), List.of("e"), Optional.empty(),
                Optional.empty(), new float[] {1}, Optional.empty(), picture), 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"What is on the roof in Ann's picture?", "How many dogs are in the photo that Ann shared?", "Describe the photos of the car",
        "Is the car in Ann's selfie dirty?", "In the photo, what stands beside the car?"})
    void shouldFindThePictureThatAQuestionNames(String question) {
        assertThat(EarlierPicture.of(question, List.of(TOLD, SEEN, SEEN_TOO))).contains(SEEN);
        assertThat(EarlierPicture.of(question, List.of(TOLD))).isEmpty();
        assertThat(EarlierPicture.of(question, List.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"What colour is Ann's car?", "What color is the car?", "What is Ann wearing?", "Which object is unusual?",
        "How many wheels did Ann show?"})
    void shouldLookWhereTheBestMemoryWasSeen(String question) {
        assertThat(EarlierPicture.of(question, List.of(SEEN, TOLD))).contains(SEEN);
        assertThat(EarlierPicture.of(question, List.of(TOLD, SEEN))).as("the text is nearer").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"When did Ann share the picture of the car?", "Who is in the photo?", "Where was the picture taken?", "Why did Ann send a photo?",
        "How many cars does Ann own?", "What does Ann drive?", "Did Ann move?"})
    void shouldLeaveToTheMemoriesWhatEyesDontTell(String question) {
        assertThat(EarlierPicture.of(question, List.of(SEEN, TOLD))).isEmpty();
    }

    @Test
    void shouldLeaveAPictureAloneThatHasNothingInCommonWithTheQuestion() {
        assertThat(EarlierPicture.of("What picture frame hangs above Tom's desk?", List.of(TOLD, SEEN))).isEmpty();
        assertThat(EarlierPicture.of("What is in the picture?", List.of(TOLD, SEEN))).contains(SEEN);
    }

    @Test
    void shouldNotTakeAWordInsideAQuestionForWhatItAsks() {
        assertThat(EarlierPicture.of("What colour is the car in the picture from when Ann moved?", List.of(SEEN))).contains(SEEN);
    }
}
