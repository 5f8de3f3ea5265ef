package org.memlora.topology;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WriteBufferManager;

/** One bound for the native memory of all stores of the process: the blocks read and the write buffers share it. */
public final class RocksDbSettings implements RocksDBConfigSetter {

    /** Key in the Streams configuration: bytes for all stores together; the first worker of the process sets it. */
    static final String MEMORY_BYTES = "memlora.rocksdb.memory.bytes";

    private static final int SHARE_OF_WRITE_BUFFERS = 4;
    private static final int WRITE_BUFFERS = 2;

    /** Shared by all stores and never closed: RocksDB frees it with the process. */
    private static Cache cache;
    private static WriteBufferManager writeBuffers;

    @Override
    public void setConfig(String storeName, Options options, Map<String, Object> configs) {
        long bytes = Long.parseLong(configs.get(MEMORY_BYTES).toString());
        share(bytes);
        BlockBasedTableConfig tables = (BlockBasedTableConfig) options.tableFormatConfig();
        tables.setBlockCache(cache);
        tables.setCacheIndexAndFilterBlocks(true);
        options.setTableFormatConfig(tables);
        options.setWriteBufferManager(writeBuffers);
        options.setMaxWriteBufferNumber(WRITE_BUFFERS);
        options.setWriteBufferSize(bytes / SHARE_OF_WRITE_BUFFERS / WRITE_BUFFERS);
    }

    private static synchronized void share(long bytes) {
        if (cache == null) {
            cache = new LRUCache(bytes);
            writeBuffers = new WriteBufferManager(bytes / SHARE_OF_WRITE_BUFFERS, cache);
        }
    }

    @Override
    public void close(String storeName, Options options) { }
}
