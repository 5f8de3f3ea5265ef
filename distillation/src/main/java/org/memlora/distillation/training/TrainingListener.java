package org.memlora.distillation.training;

/** What a run tells while it goes on. */
public interface TrainingListener {

    /**
     * @param step optimizer steps done
     * @param loss of the step's examples, nats per completion token
     * @param tokensPerSecond prompts and completions of this process so far
     */
    void stepped(int step, int steps, double loss, double tokensPerSecond);

    void validated(int step, double loss, boolean best);

    static TrainingListener silent() {
        return new TrainingListener() {
            @Override
            public void stepped(int step, int steps, double loss, double tokensPerSecond) { }

            @Override
            public void validated(int step, double loss, boolean best) { }
        };
    }
}
