package org.memlora.models.compiled;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.memlora.models.transformer.TransformerConfig;
import org.memlora.models.transformer.TransformerExecutor.KeyValuePrefix;

/**
 * Keys and values of all rows, [slots, K, S, D] a layer, in memory that the graph reads and writes in place. Rows have a slot
 * each, and change it when a batch needs its rows side by side. S grows with the longest row. Threading: one caller at a time.
 */
final class KeyValueSlots implements AutoCloseable {
    private static final int FIRST_ROOM = 256;

    private final OrtEnvironment environment;
    private final TransformerConfig config;
    private final int contextTokens;
    private final int slots;
    private final FloatBuffer[] memory;
    private int room;
    private final int[] slotOfRow;
    private final int[] rowOfSlot;
    /** Tokens in the cache, by row. */
    private final int[] lengths;
    /** Views of slots first .. first + count - 1, made when first used. */
    private final Map<View, Map<String, OnnxTensor>> views = new HashMap<>();

    private record View(int first, int count) { }

    KeyValueSlots(OrtEnvironment environment, TransformerConfig config, int slots, int contextTokens) {
        this.environment = environment;
        this.config = config;
        this.slots = slots;
        this.contextTokens = contextTokens;
        this.room = Math.min(FIRST_ROOM, contextTokens);
        this.memory = new FloatBuffer[2 * config.layers()];
        this.slotOfRow = new int[slots];
        this.rowOfSlot = new int[slots];
        this.lengths = new int[slots];
        for (int i = 0; i < slots; i++) {
            slotOfRow[i] = i;
            rowOfSlot[i] = i;
        }
        for (int i = 0; i < memory.length; i++) {
            memory[i] = allocate(room);
        }
    }

    private FloatBuffer allocate(int tokens) {
        long bytes = (long) slots * config.keyValueHeads() * tokens * config.headWidth() * Float.BYTES;
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(slots + " rows of " + tokens + " tokens need " + bytes
                    + " bytes of keys a layer, at most " + Integer.MAX_VALUE + " are possible; take fewer rows or a shorter context.");
        }
        return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    int slot(int row) {
        return slotOfRow[row];
    }

    void setLength(int row, int tokens) {
        lengths[row] = tokens;
    }

    int length(int row) {
        return lengths[row];
    }

    /**
     * Makes room for rows of {@code tokens} tokens; tensors handed out before are closed then. All or nothing: where the memory is not
     * there, the rows are as they were.
     */
    void reserve(int tokens) {
        if (tokens <= room) {
            return;
        }
        int larger = room;
        while (larger < tokens) {
            larger = Math.min(contextTokens, 2 * larger);
        }
        closeViews();
        float[] line = new float[room * config.headWidth()];
        FloatBuffer[] all = new FloatBuffer[memory.length];
        for (int i = 0; i < memory.length; i++) {
            FloatBuffer grown = allocate(larger);
            for (int head = 0; head < slots * config.keyValueHeads(); head++) {
                int used = lengths[rowOfSlot[head / config.keyValueHeads()]] * config.headWidth();
                memory[i].get(head * room * config.headWidth(), line, 0, used);
                grown.put(head * larger * config.headWidth(), line, 0, used);
            }
            all[i] = grown;
        }
        System.arraycopy(all, 0, memory, 0, all.length);
        room = larger;
    }

    /** Moves rows to slots 0 .. rows.length - 1, in any order; those that were there take their places. */
    void gather(int[] rows) {
        boolean[] wanted = new boolean[slots];
        for (int row : rows) {
            wanted[row] = true;
        }
        int free = 0;
        for (int row : rows) {
            if (slotOfRow[row] < rows.length) {
                continue;
            }
            while (wanted[rowOfSlot[free]]) {
                free++;
            }
            swap(row, rowOfSlot[free]);
        }
    }

    private void swap(int row, int other) {
        int width = config.headWidth();
        int most = Math.max(lengths[row], lengths[other]) * width;
        float[] one = new float[most];
        float[] two = new float[most];
        for (FloatBuffer buffer : memory) {
            for (int head = 0; head < config.keyValueHeads(); head++) {
                int here = at(slotOfRow[row], head);
                int there = at(slotOfRow[other], head);
                buffer.get(here, one).get(there, two).put(there, one).put(here, two);
            }
        }
        int slot = slotOfRow[row];
        slotOfRow[row] = slotOfRow[other];
        slotOfRow[other] = slot;
        rowOfSlot[slotOfRow[row]] = row;
        rowOfSlot[slotOfRow[other]] = other;
    }

    private int at(int slot, int head) {
        return (slot * config.keyValueHeads() + head) * room * config.headWidth();
    }

    /** The graph's past inputs over slots first .. first + count - 1. */
    Map<String, OnnxTensor> tensors(int first, int count) throws OrtException {
        View view = new View(first, count);
        Map<String, OnnxTensor> found = views.get(view);
        if (found == null) {
            found = new LinkedHashMap<>();
            views.put(view, found);
            for (int layer = 0; layer < config.layers(); layer++) {
                found.put(DecoderGraph.past("keys", layer), tensor(memory[2 * layer], view));
                found.put(DecoderGraph.past("values", layer), tensor(memory[2 * layer + 1], view));
            }
        }
        return found;
    }

    private OnnxTensor tensor(FloatBuffer buffer, View view) throws OrtException {
        FloatBuffer part = buffer.duplicate().position(at(view.first, 0)).limit(at(view.first + view.count, 0));
        return OnnxTensor.createTensor(environment, part,
                new long[] {view.count, config.keyValueHeads(), room, config.headWidth()});
    }

    private final class Prefix implements KeyValuePrefix {
        private final int tokens;
        private float[] values;

        Prefix(int row, int tokens) {
            this.tokens = tokens;
            int line = tokens * config.headWidth();
            values = new float[memory.length * config.keyValueHeads() * line];
            int to = 0;
            for (FloatBuffer buffer : memory) {
                for (int head = 0; head < config.keyValueHeads(); head++, to += line) {
                    buffer.get(at(slotOfRow[row], head), values, to, line);
                }
            }
        }

        KeyValueSlots slots() {
            return KeyValueSlots.this;
        }

        void restore(int row) {
            if (values == null) {
                throw new IllegalStateException("the prefix is closed");
            }
            reserve(tokens);
            int line = tokens * config.headWidth();
            int from = 0;
            for (FloatBuffer buffer : memory) {
                for (int head = 0; head < config.keyValueHeads(); head++, from += line) {
                    buffer.put(at(slotOfRow[row], head), values, from, line);
                }
            }
            lengths[row] = tokens;
        }

        @Override
        public int tokens() {
            return tokens;
        }

        @Override
        public long bytes() {
            return values == null ? 0 : (long) values.length * Float.BYTES;
        }

        @Override
        public void close() {
            values = null;
        }
    }

    KeyValuePrefix save(int row, int tokens) {
        if (tokens < 1 || tokens > lengths[row]) {
            throw new IllegalArgumentException("a prefix of " + tokens + " tokens of row " + row + ", which holds " + lengths[row]);
        }
        return new Prefix(row, tokens);
    }

    void restore(KeyValuePrefix prefix, int row) {
        if (!(prefix instanceof Prefix own) || own.slots() != this) {
            throw new IllegalArgumentException("the prefix is another executor's");
        }
        own.restore(row);
    }

    private void closeViews() {
        views.values().forEach(tensors -> tensors.values().forEach(OnnxTensor::close));
        views.clear();
    }

    @Override
    public void close() {
        closeViews();
    }
}
