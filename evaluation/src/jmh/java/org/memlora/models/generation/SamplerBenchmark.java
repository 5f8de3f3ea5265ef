package org.memlora.models.generation;

import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.memlora.models.GenerationOptions;
import org.memlora.models.grammar.TokenMask;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The likeliest of the allowed tokens of one row: Qwen2.5's vocabulary, all of it or a few. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class SamplerBenchmark {

    private static final int VOCABULARY = 151_936;

    @Param({"12", "151000"})
    public int allowed;

    private final Sampler sampler = new Sampler(GenerationOptions.greedy(1));
    private final int[] stops = {VOCABULARY - 1};
    private float[] logits;
    private TokenMask mask;

    @Setup
    public void prepare() {
        SplittableRandom random = new SplittableRandom(1);
        logits = new float[VOCABULARY];
        for (int i = 0; i < VOCABULARY; i++) {
            logits[i] = (float) random.nextDouble();
        }
        BitSet tokens = new BitSet();
        random.ints(allowed, 0, VOCABULARY - 1).forEach(tokens::set);
        mask = TokenMask.of(tokens, true);
    }

    @Benchmark
    public int argmax() {
        return sampler.choose(logits, mask, stops);
    }
}
