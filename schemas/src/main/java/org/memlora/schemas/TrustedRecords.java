package org.memlora.schemas;

import java.util.Set;
import java.util.TreeSet;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Avro makes objects only of classes that the process trusts. This adds exactly our generated records and enums to what is trusted
 * already; {@link AvroSerdes} does it by itself, code that reads a record by other means calls {@link #trust()} first.
 */
public final class TrustedRecords {
    static {
        Set<String> names = new TreeSet<>();
        Topics.ALL.forEach(topic -> collect(SpecificData.get().getSchema(topic.valueClass()), names));
        collect(MemoryRecord.getClassSchema(), names);
        ClassSecurityValidator.Builder ours = ClassSecurityValidator.builder();
        names.forEach(ours::add);
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(ClassSecurityValidator.getGlobal(), ours.build()));
    }

    private TrustedRecords() {
    }

    /** Makes our records readable in this process; later calls do nothing. */
    public static void trust() {
        // The work is done when this class is initialised.
    }

    private static void collect(Schema schema, Set<String> names) {
        switch (schema.getType()) {
            case RECORD -> {
                names.add(schema.getFullName());
                schema.getFields().forEach(field -> collect(field.schema(), names));
            }
            case ENUM -> names.add(schema.getFullName());
            case UNION -> schema.getTypes().forEach(branch -> collect(branch, names));
            case ARRAY -> collect(schema.getElementType(), names);
            default -> { }
        }
    }
}
