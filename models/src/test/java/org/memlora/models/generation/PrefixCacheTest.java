package org.memlora.models.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.memlora.models.generation.BatcherFixture.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;

@Timeout(60)
class PrefixCacheTest {

    private static final BatcherSettings SETTINGS = new BatcherSettings(256, 256).withDrafts(0, 1);
    /** 20 tokens: no piece of the vocabulary is in it. */
    private static final String INSTRUCTION = "KLMNOPQRSTUVWKLMNOPQ";
    private final BatcherFixture fixture = new BatcherFixture();

    private static List<GenerationRequest> prompts(String expert, String... ends) {
        List<GenerationRequest> requests = new ArrayList<>();
        for (String end : ends) {
            requests.add(request(INSTRUCTION + end, expert, null, 3, 0));
        }
        return requests;
    }

    @Test
    void shouldRunACommonStartOnceForAllRequestsOfACall() throws Exception {
        ScriptedExecutor executor = fixture.executor(4);
        try (var batcher = fixture.batcher(executor, SETTINGS)) {
            List<Completion> out = fixture.together(batcher, executor, prompts("e", "Z", "GG", "HHH", "III", "JJJJ"));
            assertThat(out).extracting(Completion::cachedTokens).containsExactly(0, 20, 20, 20, 20);
            assertThat(out).extracting(Completion::promptTokens).containsExactly(21, 22, 23, 23, 24);
            assertThat(executor.fedTokens()).as("the common tokens, the ends, and two of three written tokens each")
                    .isEqualTo(20 + (1 + 2 + 3 + 3 + 4) + 5 * 2);
            assertThat(batcher.stats().prefixHits()).isEqualTo(4);
            assertThat(batcher.stats().prefixSaves()).isEqualTo(1);
            assertThat(batcher.stats().total().cachedTokens()).isEqualTo(80);
        }
        assertThat(executor.openPrefixes).isEmpty();
    }

    @Test
    void shouldFindTheCommonStartOfRequestsThatComeOneByOne() {
        ScriptedExecutor executor = fixture.executor(1);
        try (var model = fixture.model(executor, SETTINGS)) {
            List<Integer> cached = new ArrayList<>();
            for (GenerationRequest one : prompts("e", "Z", "GG", "HHH", "GG")) {
                model.generate(List.of(request("short", "base", null, 2, 0)));
                cached.add(model.generate(List.of(one)).get(0).cachedTokens());
            }
            assertThat(cached).as("the second shows what is common, the third has it").containsExactly(0, 0, 20, 20);
        }
    }

    @Test
    void shouldLeaveATokenToFeedWhenAPromptComesAgain() {
        ScriptedExecutor executor = fixture.executor(1);
        try (var model = fixture.model(executor, SETTINGS)) {
            List<Completion> out = model.generate(prompts("e", "", "", ""));
            assertThat(out).extracting(Completion::cachedTokens).containsExactly(0, 0, 19);
            assertThat(out).extracting(Completion::text).containsOnly(out.get(0).text());
        }
    }

    @Test
    void shouldNotMixExperts() throws Exception {
        ScriptedExecutor executor = fixture.executor(4);
        try (var batcher = fixture.batcher(executor, SETTINGS)) {
            List<GenerationRequest> requests = prompts("e", "Z", "Y");
            requests.addAll(prompts("base", "Z", "Y"));
            assertThat(fixture.together(batcher, executor, requests)).extracting(Completion::cachedTokens).containsExactly(0, 20, 0, 20);
            assertThat(batcher.stats().experts()).containsOnlyKeys("e", "base", "blocker");
            assertThat(batcher.stats().experts().get("base").cachedTokens()).isEqualTo(20);
        }
    }

    @Test
    void shouldAnswerAsWithoutPrefixes() {
        for (long seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            List<GenerationRequest> requests = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                String start = "KLMNOPQRSTUVWXYZ".repeat(4).substring(0, 8 * random.nextInt(7));
                requests.add(request(start + "GHIJ".charAt(random.nextInt(4)) + random.nextInt(3), random.nextBoolean() ? "e" : "base",
                        random.nextBoolean() ? null : BatcherFixture.random(random, 3), 1 + random.nextInt(20), i % 5 == 0 ? 0.8 : 0));
            }
            ScriptedExecutor executor = fixture.executor(1 + random.nextInt(6));
            int most = random.nextInt(5);
            executor.before = inputs -> assertThat(executor.openPrefixes).hasSizeLessThanOrEqualTo(most);
            try (var without = fixture.model(fixture.executor(4), SETTINGS.withPrefixes(0, 0));
                    var with = fixture.model(executor, new BatcherSettings(1 + random.nextInt(40), 64).withPrefixes(most, 1 << 20))) {
                assertThat(with.generate(requests)).extracting(Completion::text).as("seed %d", seed)
                        .isEqualTo(without.generate(requests).stream().map(Completion::text).toList());
                assertThat(without.stats().total().cachedTokens()).isZero();
                if (most > 1) {
                    assertThat(with.stats().prefixHits()).as("seed %d", seed).isPositive();
                }
            }
            assertThat(executor.openPrefixes).isEmpty();
        }
    }

    @Test
    void shouldKeepWithinItsBoundsAndDropWhatWasUsedLongestAgo() {
        ScriptedExecutor executor = fixture.executor(1);
        long perToken = 100;
        try (var model = fixture.model(executor, SETTINGS.withPrefixes(10, 45 * perToken))) {
            List<String> starts = IntStream.range(0, 4).mapToObj(i -> ("GHIJ".charAt(i) + INSTRUCTION).substring(0, 20)).toList();
            for (String start : List.of(starts.get(0), starts.get(1), starts.get(0), starts.get(2))) {
                for (String end : List.of("X", "Y", "Z")) {
                    model.generate(List.of(request(start + end, "e", null, 1, 0)));
                }
            }
            assertThat(model.stats().prefixBytes()).isEqualTo(40 * perToken);
            assertThat(executor.openPrefixes).hasSize(2);
            assertThat(cached(model, starts.get(0))).isEqualTo(20);
            assertThat(cached(model, starts.get(2))).isEqualTo(20);
            assertThat(cached(model, starts.get(1))).isZero();
        }
        assertThat(executor.openPrefixes).isEmpty();
    }

    @Test
    void shouldGoOnWithShorterOnesWhereOneIsTooLong() {
        ScriptedExecutor executor = fixture.executor(1);
        long perToken = 100;
        try (var model = fixture.model(executor, SETTINGS.withPrefixes(10, 30 * perToken))) {
            List<String> ends = List.of("X", "Y", "Z", "G");
            for (String end : ends) {
                model.generate(List.of(request(INSTRUCTION + INSTRUCTION + end, "e", null, 1, 0)));
            }
            assertThat(executor.openPrefixes).as("40 tokens have no room, 30 of them have").hasSize(1);
            assertThat(model.stats().prefixBytes()).isEqualTo(30 * perToken);
            assertThat(cached(model, INSTRUCTION + INSTRUCTION)).isEqualTo(30);
        }
        assertThat(executor.openPrefixes).isEmpty();
    }

    private static int cached(LocalLanguageModel model, String start) {
        return model.generate(List.of(request(start + "!", "e", null, 1, 0))).get(0).cachedTokens();
    }

    @Test
    void shouldRunPromptsWholeWhenPrefixesCannotBeHad() {
        for (int works = 0; works < 4; works++) {
            ScriptedExecutor executor = fixture.executor(2);
            int[] left = {works};
            executor.beforePrefix = () -> {
                if (left[0]-- <= 0) {
                    throw new IllegalStateException("no memory for it");
                }
            };
            try (var model = fixture.model(executor, SETTINGS);
                    var without = fixture.model(fixture.executor(2), SETTINGS.withPrefixes(0, 0))) {
                List<GenerationRequest> requests = prompts("e", "Z", "GG", "HHH", "III", "JJJJ");
                assertThat(model.generate(requests)).extracting(Completion::text)
                        .isEqualTo(without.generate(requests).stream().map(Completion::text).toList());
            }
            assertThat(executor.openPrefixes).isEmpty();
        }
        ScriptedExecutor executor = fixture.executor(2);
        try (var model = fixture.model(executor, SETTINGS.withPrefixes(4, 19))) {
            assertThat(model.generate(prompts("e", "Z", "G", "H"))).extracting(Completion::cachedTokens).containsOnly(0);
            assertThat(executor.openPrefixes).isEmpty();
        }
    }
}
