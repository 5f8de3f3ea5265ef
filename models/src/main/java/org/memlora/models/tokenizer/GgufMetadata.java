package org.memlora.models.tokenizer;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Typed access to GGUF metadata whose arrays are lists, object arrays or primitive arrays. */
record GgufMetadata(Map<String, Object> values) {

    GgufMetadata {
        Objects.requireNonNull(values, "metadata");
    }

    Optional<String> string(String key) {
        Object value = values.get(key);
        if (value == null || value instanceof String) {
            return Optional.ofNullable((String) value);
        }
        throw wrongType(key, "a string", value);
    }

    Optional<Integer> integer(String key) {
        Object value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof Number number) {
            return Optional.of(Math.toIntExact(number.longValue()));
        }
        throw wrongType(key, "a number", value);
    }

    boolean flag(String key, boolean otherwise) {
        Object value = values.get(key);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw wrongType(key, "a boolean", value);
    }

    /** The array as a list of strings; empty if the key is absent. */
    List<String> strings(String key) {
        return elements(key, String.class);
    }

    /** The array as a list of numbers; empty if the key is absent. */
    List<Number> numbers(String key) {
        return elements(key, Number.class);
    }

    private <T> List<T> elements(String key, Class<T> type) {
        Object value = values.get(key);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list) {
            List<T> result = new ArrayList<>(list.size());
            for (Object element : list) {
                result.add(cast(key, type, element));
            }
            return result;
        }
        if (!value.getClass().isArray()) {
            throw wrongType(key, "an array", value);
        }
        int length = Array.getLength(value);
        List<T> result = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            result.add(cast(key, type, Array.get(value, i)));
        }
        return result;
    }

    private static <T> T cast(String key, Class<T> type, Object element) {
        if (!type.isInstance(element)) {
            throw wrongType(key, "an array of " + type.getSimpleName(), element);
        }
        return type.cast(element);
    }

    private static IllegalArgumentException wrongType(String key, String expected, Object value) {
        String found = value == null ? "null" : value.getClass().getName();
        return new IllegalArgumentException("GGUF metadata '" + key + "' is not " + expected + ": " + found);
    }
}
