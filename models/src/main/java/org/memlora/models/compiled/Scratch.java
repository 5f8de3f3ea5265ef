package org.memlora.models.compiled;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** A piece of native memory that is used again and again; it grows when it must. Threading: one caller at a time. */
final class Scratch {
    private FloatBuffer memory = allocate(0);

    /** The first {@code values} floats, with what the last use left in them; views handed out before may be stale. */
    FloatBuffer of(int values) {
        if (memory.capacity() < values) {
            memory = allocate(Math.max(values, 2 * memory.capacity()));
        }
        return memory.slice(0, values);
    }

    private static FloatBuffer allocate(int values) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(values, Float.BYTES)).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}
