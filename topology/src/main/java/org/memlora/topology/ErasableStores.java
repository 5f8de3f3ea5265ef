package org.memlora.topology;

import java.lang.reflect.Field;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.RocksDBStore;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/**
 * RocksDB stores that drop from their files what was deleted, when they are told to. Kafka Streams has no call for that
 * and leaves it to RocksDB, which may keep a deleted entry's bytes for as long as nothing else changes.
 */
final class ErasableStores {

    private static final Field DATABASE = database();

    private final Map<TaskId, Set<ErasableStore>> byTask = new ConcurrentHashMap<>();

    KeyValueBytesStoreSupplier supplier(String name) {
        return new KeyValueBytesStoreSupplier() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public KeyValueStore<Bytes, byte[]> get() {
                return new ErasableStore(name);
            }

            @Override
            public String metricsScope() {
                return "rocksdb";
            }
        };
    }

    /** Rewrites the files of a task's stores without what was deleted. Threading: the stream thread of the task. */
    void compact(TaskId task) {
        byTask.getOrDefault(task, Set.of()).forEach(ErasableStore::compact);
    }

    private final class ErasableStore extends RocksDBStore {

        private TaskId task;

        ErasableStore(String name) {
            super(name, "rocksdb");
        }

        @Override
        public void init(StateStoreContext context, StateStore root) {
            super.init(context, root);
            task = context.taskId();
            byTask.computeIfAbsent(task, id -> ConcurrentHashMap.newKeySet()).add(this);
        }

        @Override
        public synchronized void close() {
            if (task != null) {
                byTask.getOrDefault(task, Set.of()).remove(this);
            }
            super.close();
        }

        private synchronized void compact() {
            try {
                ((RocksDB) DATABASE.get(this)).compactRange();
            } catch (RocksDBException | IllegalAccessException e) {
                throw new ProcessorStateException("Store " + name() + " could not be compacted", e);
            }
        }
    }

    /** Not public in Kafka Streams 4.3. Another version that lacks it fails here, at the start and in every test. */
    private static Field database() {
        try {
            Field field = RocksDBStore.class.getDeclaredField("db");
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException("Kafka Streams' RocksDBStore has no field db any more", e);
        }
    }
}
