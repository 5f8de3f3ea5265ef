package org.memlora.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.memlora.models.OpenedBase;
import org.memlora.models.bases.BaseCatalog;
import org.memlora.models.bases.CachedBases;
import org.memlora.models.bases.DownloadProgress;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.operators.extraction.Exchange;
import org.memlora.topology.demo.DialogueReader;

/** The prompts have Mem0's measured lengths in the tokens of the real bases. */
class LongPromptsIT {

    @ParameterizedTest
    @ValueSource(strings = {BaseCatalog.SMOLLM2_135M, BaseCatalog.QWEN_CODER_500M})
    void promptsHaveTheMeasuredLengths(String base) {
        Tokenizer tokenizer = OpenedBase.open(CachedBases.path(base).toString(), DownloadProgress.none()).tokenizer();
        LongPrompts prompts = new LongPrompts(prompt -> tokenizer.encodeChat(prompt).length, text -> tokenizer.encode(text).length);
        List<Exchange> exchanges = Workload.banks(List.of(DialogueReader.demo()), 1).get(0).exchanges();

        double extraction = exchanges.stream().mapToInt(exchange -> tokenizer.encodeChat(prompts.extraction(exchange.turns().toString())).length)
                .average().orElseThrow();
        double update = exchanges.stream().mapToInt(exchange -> tokenizer.encodeChat(
                prompts.update("[]", exchange.turns().toString())).length).average().orElseThrow();
        assertThat(extraction).isBetween(0.95 * LongPrompts.EXTRACTION_TOKENS, 1.05 * LongPrompts.EXTRACTION_TOKENS);
        assertThat(update).isBetween(0.95 * LongPrompts.UPDATE_TOKENS, 1.05 * LongPrompts.UPDATE_TOKENS);
    }
}
