"""A folder like models/encoders/efficientnet-lite0 with random weights in place of the pretrained ones (He's initialisation, biases 0), to train the
eyes from nothing: random_encoder.py ENCODER OUT SEED. What stays frozen should be as little as it can be then (sight.trunkBlocks: 1). Needs numpy."""
import json, os, shutil, sys
import numpy


def main(encoder, out, seed):
    shutil.copytree(encoder, out)
    path = os.path.join(out, "model.safetensors")
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
        data = bytearray(file.read())
    random = numpy.random.default_rng(seed)
    for name, tensor in sorted(header.items()):
        if name == "__metadata__":
            continue
        start, end = tensor["data_offsets"]
        shape = tensor["shape"]
        if name.endswith(".bias"):
            values = numpy.zeros(shape)
        else:
            gain = 1 if ".project." in name or name.startswith("classifier") else 2   # no ReLU behind
            values = random.normal(0, (gain / numpy.prod(shape[1:])) ** 0.5, shape)
        data[start:end] = values.astype({"F16": numpy.float16, "F32": numpy.float32}[tensor["dtype"]]).tobytes()
    with open(path, "wb") as file:
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
        assert len(text) <= size, "the header grew"
        file.write(size.to_bytes(8, "little") + text.ljust(size) + data)
    print("random weights, seed", seed, "in", path)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
