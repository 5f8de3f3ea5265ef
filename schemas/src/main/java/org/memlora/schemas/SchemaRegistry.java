package org.memlora.schemas;

import java.util.Optional;
import org.apache.avro.Schema;

/** What the serdes need of a schema registry. Safe for use by several threads. */
interface SchemaRegistry extends AutoCloseable {
    /**
     * Registers the schema under the subject, unless it is there already.
     *
     * @return the schema's id
     * @throws RegistryUnavailableException when the registry gives no usable answer
     * @throws SchemaRefusedException when it refuses the schema
     */
    int register(String subject, Schema schema);

    /**
     * The schema with the id; empty when the registry says that there is none.
     *
     * @throws RegistryUnavailableException when the registry gives no usable answer
     */
    Optional<Schema> schema(int id);

    @Override
    void close();
}
