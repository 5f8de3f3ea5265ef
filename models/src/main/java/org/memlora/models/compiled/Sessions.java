package org.memlora.models.compiled;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import org.memlora.models.NativeCalls;

/** Opens graphs whose weights lie in a file of their own. */
final class Sessions {
    private static final String WEIGHT_FOLDER = "session.model_external_initializers_file_folder_path";

    private Sessions() { }

    /** @throws IllegalStateException if the runtime can't run the graph; says why */
    static OrtSession open(OrtEnvironment environment, byte[] graph, CompiledWeights weights, int threads) {
        return NativeCalls.call(() -> create(environment, graph, weights, threads));
    }

    private static OrtSession create(OrtEnvironment environment, byte[] graph, CompiledWeights weights, int threads) {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            // Shapes change from call to call: a plan per shape would only pile up.
            options.setMemoryPatternOptimization(false);
            // Threads that spin after a run would take the cores from the other graph.
            options.addConfigEntry("session.force_spinning_stop", "1");
            options.addConfigEntry(WEIGHT_FOLDER, weights.file().getParent().toString());
            return environment.createSession(graph, options);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime " + environment.getVersion() + " can't run the compiled model ("
                    + e.getMessage() + "); take the eager engine, or a version of ONNX Runtime with these operators.", e);
        }
    }

    static void close(OrtSession session) {
        try {
            if (session != null) {
                session.close();
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime could not close a model: " + e.getMessage(), e);
        }
    }
}
