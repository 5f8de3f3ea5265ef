package org.memlora.evaluation.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import sun.misc.Signal;

/**
 * The process of one part: no part inherits another's memory, compiled code or native library. Arguments: the part as
 * a JSON file, the file of the result. Progress goes to standard output, a line each: the mark, done, total, what.
 */
public final class BenchChild {

    static final String MARK = "@progress";
    static final String ERROR = "error";
    static final String PEAK = "peakMemoryBytes";

    private BenchChild() { }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        // Ctrl-C goes to parent and child; the parent ends its children.
        Signal.handle(new Signal("INT"), signal -> { });
        ObjectMapper json = new ObjectMapper();
        BenchPart part = json.readValue(Path.of(arguments[0]).toFile(), BenchPart.class);
        ObjectNode result;
        try {
            result = new PartMeasurement(part, (what, done, total) -> print(MARK + "\t" + done + "\t" + total + "\t" + what)).run();
        } catch (RuntimeException | LinkageError e) {
            e.printStackTrace();
            result = json.createObjectNode().put(ERROR, e.getMessage() == null ? e.toString() : e.getMessage());
        }
        ObjectNode finished = result;
        ProcessMemory.peakBytes().ifPresent(bytes -> finished.put(PEAK, bytes));
        json.writeValue(Path.of(arguments[1]).toFile(), finished);
        System.exit(0);
    }

    private static synchronized void print(String line) {
        System.out.println(line);
    }
}
