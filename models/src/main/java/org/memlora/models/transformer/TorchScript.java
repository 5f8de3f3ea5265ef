package org.memlora.models.transformer;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** One of the scripts of src/main/torchscript. Threading: one thread at a time. */
final class TorchScript {
    private static final String FORWARD = "forward";

    private final ParameterStore none = new ParameterStore();
    private final Block block;

    /** @param name of the resource, without .pt @param manager its end is the script's end, its device the script's */
    TorchScript(String name, NDManager manager) {
        Model model = Model.newInstance(name, manager.getDevice(), "PyTorch");
        manager.attachInternal(name, model);
        try (InputStream script = TorchScript.class.getResourceAsStream(name + ".pt")) {
            model.load(script);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + name + ".pt", e);
        } catch (MalformedModelException e) {
            throw new IllegalStateException(name + ".pt is no TorchScript that this PyTorch reads", e);
        }
        block = model.getBlock();
    }

    /**
     * What a method makes of the inputs, of the first one's manager.
     *
     * @param inputs those named {@code x[]} are the members of one list
     * @param differentiable false = the inference mode, whose arrays autograd refuses
     */
    NDArray call(String method, NDList inputs, boolean differentiable) {
        if (method.equals(FORWARD)) {
            return block.forward(none, inputs, differentiable).singletonOrThrow();
        }
        NDArray name = inputs.get(0).getManager().create(0f);
        name.setName("module_method:" + method);
        try (name) {
            NDList all = new NDList(inputs);
            all.add(name);
            return block.forward(none, all, differentiable).singletonOrThrow();
        }
    }
}
