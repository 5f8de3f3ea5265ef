package org.memlora.models.vision;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.memlora.models.ChatMessage;
import org.memlora.models.ChatMessage.Role;
import org.memlora.models.Completion;
import org.memlora.models.GenerationRequest;
import org.memlora.models.ModelInfo;
import org.memlora.models.PictureRequest;
import org.memlora.models.VisionLanguageModel;
import org.memlora.models.generation.LocalLanguageModel;
import org.memlora.models.picture.PictureDecoder;
import org.memlora.models.picture.PictureException;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.transformer.TransformerExecutor;

/**
 * A vision-language model in this process: the tower beside the executor of a {@link LocalLanguageModel}. One picture at a time is decoded and
 * seen; of those seen, as many wait for their answer as the executor has rows. {@link #close} closes all parts.
 */
public final class LocalVisionLanguageModel implements VisionLanguageModel {
    private final LocalLanguageModel language;
    private final TransformerExecutor executor;
    private final Tokenizer tokenizer;
    private final VisionTower tower;
    private final PictureDecoder decoder;
    private final PictureTiler tiler;
    private final PicturePrompt prompt;

    /** @param executor that of {@code language} */
    public LocalVisionLanguageModel(LocalLanguageModel language, TransformerExecutor executor, Tokenizer tokenizer, VisionTower tower,
            PictureTiler tiler, PictureDecoder decoder) {
        this.language = language;
        this.executor = executor;
        this.tokenizer = tokenizer;
        this.tower = tower;
        this.decoder = decoder;
        this.tiler = tiler;
        this.prompt = PicturePrompt.of(tower.config(), tokenizer);
    }

    /** An answer under way; {@code firstFeature} is to be dropped after it, -1 = none. */
    private record Pending(CompletableFuture<Completion> answer, int firstFeature) { }

    @Override
    public ModelInfo info() {
        return language.info();
    }

    @Override
    public List<Completion> generate(List<GenerationRequest> requests) {
        return language.generate(requests);
    }

    @Override
    public List<Completion> look(List<PictureRequest> requests) {
        List<Completion> completions = new ArrayList<>(requests.size());
        Deque<Pending> pending = new ArrayDeque<>();
        try {
            for (PictureRequest request : requests) {
                if (pending.size() == executor.rows()) {
                    completions.add(finish(pending));
                }
                pending.add(start(request));
            }
            while (!pending.isEmpty()) {
                completions.add(finish(pending));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            while (completions.size() < requests.size()) {
                completions.add(Completion.failed("the wait for the model was interrupted"));
            }
        } finally {
            pending.forEach(this::giveUp);
        }
        return List.copyOf(completions);
    }

    private Completion finish(Deque<Pending> pending) throws InterruptedException {
        Pending oldest = pending.element();
        Completion completion;
        try {
            completion = oldest.answer.get();
        } catch (ExecutionException e) {
            completion = Completion.failed("the model failed: " + e.getCause());
        }
        pending.remove();
        drop(oldest);
        return completion;
    }

    private void giveUp(Pending one) {
        one.answer.cancel(true);
        drop(one);
    }

    private void drop(Pending one) {
        if (one.firstFeature >= 0) {
            executor.dropEmbeddings(one.firstFeature);
        }
    }

    private Pending start(PictureRequest request) throws InterruptedException {
        List<ChatMessage> messages = request.request().prompt();
        if (messages.isEmpty() || messages.get(messages.size() - 1).role() != Role.USER) {
            return failed("the last message of a prompt about a picture is not the user's");
        }
        TiledPicture tiles;
        float[] features;
        try {
            synchronized (tower) {   // bounds memory, and the tower serves one caller at a time
                tiles = tiler.tile(decoder.decode(request.picture()));
                features = tower.features(tiles);
            }
        } catch (PictureException e) {
            return failed(e.getMessage());
        } catch (RuntimeException e) {
            return failed("the picture can't be looked at: " + e);
        }
        int first = executor.supplyEmbeddings(features);
        try {
            int[] tokens = tokenizer.encodeChat(messages, prompt.tokens(tiles, first));
            return new Pending(language.submit(tokens, request.request()), first);
        } catch (RuntimeException e) {
            executor.dropEmbeddings(first);
            return failed("the prompt can't be tokenised: " + e);
        } catch (InterruptedException e) {
            executor.dropEmbeddings(first);
            throw e;
        }
    }

    private static Pending failed(String error) {
        return new Pending(CompletableFuture.completedFuture(Completion.failed(error)), -1);
    }

    @Override
    public void close() {
        language.close();
        synchronized (tower) {
            tower.close();
        }
    }
}
