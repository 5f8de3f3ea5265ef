package org.memlora.models.weights;

import java.nio.FloatBuffer;
import java.util.Set;
import org.memlora.models.bases.DownloadProgress;

/** Weights that tell how much of them was read, counted as float32. Threading: one reader. */
public final class ReportedWeights implements WeightSource {

    private final WeightSource source;
    private final DownloadProgress progress;
    private final String what;
    private final long total;
    private long done;

    /** @param what one line, e.g. "loading smollm2-135m-instruct" */
    public ReportedWeights(WeightSource source, String what, DownloadProgress progress) {
        this.source = source;
        this.progress = progress;
        this.what = what;
        this.total = source.names().stream().mapToLong(this::bytes).sum();
    }

    private long bytes(String name) {
        long values = 1;
        for (long dimension : source.shape(name)) {
            values *= dimension;
        }
        return values * Float.BYTES;
    }

    private void report(String name) {
        done += bytes(name);
        progress.step(what, Math.min(done, total), total);
    }

    @Override
    public Set<String> names() {
        return source.names();
    }

    @Override
    public boolean contains(String name) {
        return source.contains(name);
    }

    @Override
    public long[] shape(String name) {
        return source.shape(name);
    }

    @Override
    public float[] read(String name) {
        float[] values = source.read(name);
        report(name);
        return values;
    }

    @Override
    public void read(String name, FloatBuffer target) {
        source.read(name, target);
        report(name);
    }

    @Override
    public float[] readRows(String name, long first, int count) {
        return source.readRows(name, first, count);
    }
}
