package org.memlora.models.compiled;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.memlora.models.compiled.CompiledWeights.Stored;

/** An ONNX graph in the making; values are named by strings. */
final class Graph {
    static final String MICROSOFT = "com.microsoft";
    /** Stands for an optional input that is not given. */
    static final String ABSENT = "";

    private static final int IR_VERSION = 10;
    private static final int OPERATOR_SET = 21;

    private final GraphProto.Builder graph;
    private final CompiledWeights weights;
    private int nodes;

    Graph(String name, CompiledWeights weights) {
        this.graph = GraphProto.newBuilder().setName(name);
        this.weights = weights;
    }

    /** Attributes of an operator: Long, Float, or String. */
    static Map<String, Object> attributes(Object... namesAndValues) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            attributes.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return attributes;
    }

    /** A node of the standard operators with one output, which is returned. */
    String node(String operator, String... inputs) {
        return node("", operator, Map.of(), inputs);
    }

    String node(String domain, String operator, Map<String, Object> attributes, String... inputs) {
        String output = operator + "." + nodes;
        node(domain, operator, attributes, List.of(inputs), List.of(output));
        return output;
    }

    void node(String domain, String operator, Map<String, Object> attributes, List<String> inputs, List<String> outputs) {
        NodeProto.Builder node = NodeProto.newBuilder().setName(operator + "#" + nodes++).setOpType(operator).setDomain(domain)
                .addAllInput(inputs).addAllOutput(outputs);
        attributes.forEach((name, value) -> node.addAttribute(attribute(name, value)));
        graph.addNode(node);
    }

    private static AttributeProto attribute(String name, Object value) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
        if (value instanceof Long number) {
            attribute.setType(AttributeProto.AttributeType.INT).setI(number);
        } else if (value instanceof Float number) {
            attribute.setType(AttributeProto.AttributeType.FLOAT).setF(number);
        } else if (value instanceof String text) {
            attribute.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8(text));
        } else {
            throw new IllegalArgumentException("attribute " + name + " is a " + value.getClass());
        }
        return attribute.build();
    }

    /** A constant inside the graph's own file. */
    String constant(String name, float[] values, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT.getNumber())
                .setRawData(ByteString.copyFrom(WeightWriter.bytes(values)));
        for (long dimension : shape) {
            tensor.addDims(dimension);
        }
        graph.addInitializer(tensor);
        return name;
    }

    /** A constant in the file of the weights. */
    String stored(String name) {
        Stored stored = weights.tensor(name);
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .setDataType(stored.type() == CompiledWeights.Type.UINT8 ? TensorProto.DataType.UINT8.getNumber() : TensorProto.DataType.FLOAT.getNumber())
                .addExternalData(entry("location", weights.file().getFileName().toString()))
                .addExternalData(entry("offset", Long.toString(stored.offset())))
                .addExternalData(entry("length", Long.toString(stored.bytes())));
        for (long dimension : stored.shape()) {
            tensor.addDims(dimension);
        }
        graph.addInitializer(tensor);
        return name;
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** x times a matrix of the weights, plus the bias where there is one. */
    String linear(String x, String matrix, int inputs, int outputs, float[] bias) {
        String biasName = bias == null ? ABSENT : constant(matrix + ".bias", bias, outputs);
        if (weights.bits() == WeightWriter.UNQUANTISED) {
            String product = node("MatMul", x, stored(WeightLayout.values(matrix)));
            return bias == null ? product : node("Add", product, biasName);
        }
        Map<String, Object> attributes = attributes("K", (long) inputs, "N", (long) outputs, "bits", (long) weights.bits(),
                "block_size", (long) BlockQuantiser.BLOCK, "accuracy_level", 4L);
        String codes = stored(WeightLayout.codes(matrix));
        String scales = stored(WeightLayout.scales(matrix));
        return bias == null ? node(MICROSOFT, "MatMulNBits", attributes, x, codes, scales)
                : node(MICROSOFT, "MatMulNBits", attributes, x, codes, scales, ABSENT, ABSENT, biasName);
    }

    /** A graph input; a dimension is a Long or the name of a free one. */
    String input(String name, TensorProto.DataType type, Object... shape) {
        graph.addInput(value(name, type, shape));
        return name;
    }

    void output(String name, Object... shape) {
        graph.addOutput(value(name, TensorProto.DataType.FLOAT, shape));
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, Object... shape) {
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        for (Object dimension : shape) {
            dimensions.addDim(dimension instanceof Long size ? TensorShapeProto.Dimension.newBuilder().setDimValue(size)
                    : TensorShapeProto.Dimension.newBuilder().setDimParam((String) dimension));
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
                TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(dimensions))).build();
    }

    byte[] model() {
        return ModelProto.newBuilder().setIrVersion(IR_VERSION).setProducerName("memlora").setGraph(graph)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATOR_SET))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1)).build().toByteArray();
    }
}
