package org.memlora.models.safetensors;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.memlora.models.weights.HalfFloats;

/** The supported value types of safetensors files. */
public enum SafetensorsType {
    F32(4) {
        @Override
        float get(ByteBuffer in) {
            return in.getFloat();
        }

        @Override
        void put(ByteBuffer out, float value) {
            out.putFloat(value);
        }
    },
    F16(2) {
        @Override
        float get(ByteBuffer in) {
            return HalfFloats.toFloat(in.getShort());
        }

        @Override
        void put(ByteBuffer out, float value) {
            out.putShort(HalfFloats.fromFloat(value));
        }
    },
    /** Read only. */
    BF16(2) {
        @Override
        float get(ByteBuffer in) {
            return HalfFloats.bfloatToFloat(in.getShort());
        }

        @Override
        void put(ByteBuffer out, float value) {
            throw new UnsupportedOperationException("BF16 is only read; write F32 or F16");
        }
    };

    private final int bytes;

    SafetensorsType(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    abstract float get(ByteBuffer in);

    abstract void put(ByteBuffer out, float value);

    static Optional<SafetensorsType> ofName(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }
}
