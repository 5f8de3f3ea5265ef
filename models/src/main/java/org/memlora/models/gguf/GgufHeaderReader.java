package org.memlora.models.gguf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.memlora.models.weights.ModelFileException;

/** Reads GGUF's basic values; what runs over the end of the file is a {@link ModelFileException}. */
final class GgufHeaderReader {

    private static final int DEEPEST_ARRAY = 4;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    /** Least bytes of a value by type id. */
    private static final int[] LEAST_BYTES = {1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8};

    private final Path file;
    private final ByteBuffer in;

    GgufHeaderReader(Path file, ByteBuffer in) {
        this.file = file;
        this.in = in;
    }

    long position() {
        return in.position();
    }

    int int32() {
        return need(4).getInt();
    }

    long int64() {
        return need(8).getLong();
    }

    /** A count of things of at least {@code leastBytes} each. */
    int count(String what, int leastBytes) {
        long count = int64();
        if (count < 0 || count > in.remaining() / leastBytes) {
            throw damaged(what + " count " + Long.toUnsignedString(count) + " at byte " + (in.position() - 8),
                    "at most what the remaining " + in.remaining() + " bytes can hold");
        }
        return (int) count;
    }

    String string() {
        byte[] bytes = new byte[count("string byte", 1)];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Integers as Long (64-bit unsigned ones by their bits), others as Float, Double, Boolean, String or List. */
    Object value() {
        return value(int32(), 0);
    }

    private Object value(int type, int depth) {
        return switch (type) {
            case 0 -> (long) (need(1).get() & 0xff);
            case 1 -> (long) need(1).get();
            case 2 -> (long) (need(2).getShort() & 0xffff);
            case 3 -> (long) need(2).getShort();
            case 4 -> int32() & 0xffffffffL;
            case 5 -> (long) int32();
            case 6 -> need(4).getFloat();
            case 7 -> need(1).get() != 0;
            case STRING -> string();
            case ARRAY -> array(depth + 1);
            case 10, 11 -> int64();
            case 12 -> need(8).getDouble();
            default -> throw damaged("metadata type " + type + " at byte " + (in.position() - 4), "a type from 0 to 12");
        };
    }

    private List<Object> array(int depth) {
        int type = int32();
        if (type < 0 || type >= LEAST_BYTES.length || depth > DEEPEST_ARRAY) {
            throw damaged("an array of type " + type + " in depth " + depth, "types 0 to 12, depth " + DEEPEST_ARRAY);
        }
        int count = count("array element", LEAST_BYTES[type]);
        List<Object> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(value(type, depth));
        }
        return Collections.unmodifiableList(values);
    }

    private ByteBuffer need(int bytes) {
        if (in.remaining() < bytes) {
            throw damaged("the end of the file at byte " + in.limit() + " within its header", "more");
        }
        return in;
    }

    ModelFileException damaged(String found, String expected) {
        return new ModelFileException(file, found, expected, "fetch the file again");
    }
}
