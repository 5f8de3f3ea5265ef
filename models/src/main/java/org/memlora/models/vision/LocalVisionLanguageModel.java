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
import org.memlora.models.NativeCalls;
import org.memlora.models.PictureRequest;
import org.memlora.models.VisionLanguageModel;
import org.memlora.models.generation.LocalLanguageModel;
import org.memlora.models.picture.PictureDecoder;
import org.memlora.models.picture.PictureException;
import org.memlora.models.picture.RgbPicture;
import org.memlora.models.tokenizer.Tokenizer;
import org.memlora.models.transformer.TransformerExecutor;

/**
 * A vision-language model in this process: the eyes beside the executor of a {@link LocalLanguageModel}. One picture at a time is decoded and
 * seen; of those seen, as many wait for their answer as the executor has rows. {@link #close} closes all parts.
 */
public final class LocalVisionLanguageModel implements VisionLanguageModel {
    private static final int NO_VECTORS = -1;

    private final LocalLanguageModel language;
    private final TransformerExecutor executor;
    private final Tokenizer tokenizer;
    private final Eyes eyes;
    private final PictureDecoder decoder;

    /** @param executor that of {@code language} */
    public LocalVisionLanguageModel(LocalLanguageModel language, TransformerExecutor executor, Tokenizer tokenizer, VisionTower tower,
            PictureTiler tiler, PictureDecoder decoder) {
        this(language, executor, tokenizer, new TowerEyes(tower, tiler, PicturePrompt.of(tower.config(), tokenizer)), decoder);
    }

    /** @param executor that of {@code language} */
    public LocalVisionLanguageModel(LocalLanguageModel language, TransformerExecutor executor, Tokenizer tokenizer, Eyes eyes, PictureDecoder decoder) {
        this.language = language;
        this.executor = executor;
        this.tokenizer = tokenizer;
        this.eyes = eyes;
        this.decoder = decoder;
    }

    /** An answer under way; {@code firstFeature} is to be dropped after it. */
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
        drop(oldest.firstFeature);
        return completion;
    }

    private void giveUp(Pending one) {
        one.answer.cancel(true);
        drop(one.firstFeature);
    }

    private void drop(int firstFeature) {
        if (firstFeature != NO_VECTORS) {
            executor.dropEmbeddings(firstFeature);
        }
    }

    private Pending start(PictureRequest request) throws InterruptedException {
        List<ChatMessage> messages = request.request().prompt();
        if (messages.isEmpty() || messages.get(messages.size() - 1).role() != Role.USER) {
            return failed("the last message of a prompt about a picture is not the user's");
        }
        Eyes.Seen seen;
        try {
            synchronized (eyes) {   // bounds memory, and the eyes serve one caller at a time
                RgbPicture picture = decoder.decode(request.picture());
                seen = NativeCalls.call(() -> eyes.see(picture));
            }
        } catch (PictureException e) {
            return failed(e.getMessage());
        } catch (RuntimeException e) {
            return failed("the picture can't be looked at: " + e);
        }
        int first = seen.vectors().length == 0 ? NO_VECTORS : executor.supplyEmbeddings(seen.vectors());
        try {
            int[] tokens = tokenizer.encodeChat(messages, seen.prompt().apply(first));
            return new Pending(language.submit(tokens, request.request()), first);
        } catch (RuntimeException e) {
            drop(first);
            return failed("the prompt can't be tokenised: " + e);
        } catch (InterruptedException e) {
            drop(first);
            throw e;
        }
    }

    private static Pending failed(String error) {
        return new Pending(CompletableFuture.completedFuture(Completion.failed(error)), NO_VECTORS);
    }

    @Override
    public void close() {
        language.close();
        synchronized (eyes) {
            eyes.close();
        }
    }
}
