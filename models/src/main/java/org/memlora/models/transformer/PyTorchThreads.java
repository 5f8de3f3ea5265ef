package org.memlora.models.transformer;

/** PyTorch's threads: property memlora.threads, environment MEMLORA_THREADS, or all available cores. Set before its first use. */
public final class PyTorchThreads {
    private PyTorchThreads() { }

    public static synchronized void configure() {
        String given = System.getProperty("memlora.threads", System.getenv("MEMLORA_THREADS"));
        String threads = given == null ? String.valueOf(Runtime.getRuntime().availableProcessors()) : given;
        if (System.getProperty("ai.djl.pytorch.num_threads") == null) {
            System.setProperty("ai.djl.pytorch.num_threads", threads);
        }
        if (System.getProperty("ai.djl.pytorch.num_interop_threads") == null) {
            System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        }
    }
}
