package org.memlora.evaluation.bench;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.memlora.models.bases.BaseCatalog;
import org.memlora.models.gguf.GgufFile;
import org.memlora.models.gguf.GgufTensor;
import org.memlora.models.grammar.ConstraintState;
import org.memlora.models.grammar.Grammar;
import org.memlora.models.grammar.TokenMask;
import org.memlora.models.grammar.TokenMasks;
import org.memlora.models.grammar.TokenTrie;
import org.memlora.operators.memory.InMemoryBank;
import org.memlora.operators.memory.Memory;
import org.memlora.operators.memory.MemoryRetriever;
import org.memlora.operators.memory.ScoredMemory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Our own hot kernels, on the 135M's vocabulary and weights: {@code mvn -Pjmh -pl evaluation -am -DskipTests test}
 * (add {@code -Djmh.arguments="cosine -f 1"} for some of them).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class KernelBenchmarks {

    private static final int MEMORIES = 10_000;
    private static final int DIMENSIONS = 384;

    private TokenTrie trie;
    private TokenMasks warmMasks;
    private Grammar line;
    private GgufTensor weights;
    private InMemoryBank bank;
    private MemoryRetriever retriever;
    private float[] query;

    @Setup
    public void prepare() {
        BaseFile base = BaseFile.open(BaseCatalog.SMOLLM2_135M);
        trie = new TokenTrie(base.tokenizer());
        warmMasks = new TokenMasks(trie);
        line = Grammar.lineExcept("");
        weights = GgufFile.open(base.path()).tensor("blk.0.ffn_up.weight");
        bank = new InMemoryBank("b");
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < MEMORIES; i++) {
            bank.put(new Memory("m" + i, "memory number " + i, Instant.EPOCH, Optional.empty(), Optional.empty(), List.of("e" + i),
                    Optional.empty(), Optional.empty(), unit(random)));
        }
        query = unit(random);
        retriever = new MemoryRetriever(null);
    }

    private static float[] unit(SplittableRandom random) {
        float[] vector = new float[DIMENSIONS];
        double squares = 0;
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] = (float) (random.nextDouble() - 0.5);
            squares += vector[i] * vector[i];
        }
        for (int i = 0; i < DIMENSIONS; i++) {
            vector[i] /= (float) Math.sqrt(squares);
        }
        return vector;
    }

    /** A state's mask that was computed before: what nearly every token pays. */
    @Benchmark
    public TokenMask maskKnown() {
        return warmMasks.start(line).mask();
    }

    /** Of a grammar seen for the first time: the walk over the whole vocabulary. */
    @Benchmark
    public TokenMask maskNew() {
        return new TokenMasks(trie).start(line).mask();
    }

    /** The tokens that a grammar leaves no choice about. */
    @Benchmark
    public int[] maskForced() {
        ConstraintState state = warmMasks.start(Grammar.choice(List.of("ADD", "NONE 1", "UPDATE 1", "DELETE 1")));
        return state.forced();
    }

    /** The update stage's candidates among 10,000 memories of a bank. */
    @Benchmark
    public List<ScoredMemory> cosineSearch() {
        return retriever.similar(bank, query, -1, 4);
    }

    /** One matrix of 1536 x 576 weights from its quantised blocks to floats. */
    @Benchmark
    public float[] ggufBlocks() {
        return weights.dequantise();
    }
}
