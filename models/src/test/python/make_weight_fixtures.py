"""Makes gguf/types.gguf and safetensors/types.safetensors with the packages gguf, torch and safetensors.

Each tensor NAME has a float32 tensor NAME.expected beside it, decoded by the package itself.
Run: python make_weight_fixtures.py models/src/test/resources
"""
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as T
from safetensors.torch import save_file

OUT = Path(sys.argv[1])
RNG = np.random.default_rng(20)
ROWS, WIDTH = 3, 512


def random_blocks(qtype, halves):
    """Blocks of random bytes, with finite float16 scales at the given byte offsets."""
    block, size = gguf.GGML_QUANT_SIZES[qtype]
    blocks = RNG.integers(0, 256, (ROWS * WIDTH // block, size), dtype=np.uint8)
    for at in halves:
        scales = RNG.normal(0, 0.05, len(blocks)).astype(np.float16)
        blocks[:, at:at + 2] = scales.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(ROWS, -1)


def main():
    writer = gguf.GGUFWriter(OUT / "gguf/types.gguf", "llama")
    writer.add_uint32("test.count", 7)
    writer.add_int32("test.negative", -7)
    writer.add_float32("test.epsilon", 1e-5)
    writer.add_bool("test.flag", True)
    writer.add_array("test.words", ["ab", "Ġé", ""])
    writer.add_array("test.numbers", [1, -2, 3])
    values = RNG.normal(0, 1, (ROWS, WIDTH)).astype(np.float32)
    tensors = {}
    for qtype in (T.F32, T.F16, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.Q8_0):
        tensors[qtype] = gguf.quants.quantize(values, qtype)
    tensors[T.Q4_K] = random_blocks(T.Q4_K, (0, 2))
    tensors[T.Q5_K] = random_blocks(T.Q5_K, (0, 2))
    tensors[T.Q6_K] = random_blocks(T.Q6_K, (208,))
    for qtype, data in tensors.items():
        expected = gguf.quants.dequantize(data, qtype)
        assert expected.shape == (ROWS, WIDTH) and np.isfinite(expected).all()
        writer.add_tensor(qtype.name, data, raw_dtype=qtype)
        writer.add_tensor(qtype.name + ".expected", expected)
    writer.add_tensor("unsupported", random_blocks(T.Q2_K, (80, 82)), raw_dtype=T.Q2_K)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    edges = torch.tensor([[0.0, -0.0, 1.0, -2.5], [6.1e-5, 5.96e-8, 65504.0, 3.14159]])
    tensors = {}
    for name, dtype in (("F32", torch.float32), ("F16", torch.float16), ("BF16", torch.bfloat16)):
        tensors[name] = edges.to(dtype)
        tensors[name + ".expected"] = edges.to(dtype).float().clone()
    tensors["unsupported"] = torch.tensor([1, 2], dtype=torch.int64)
    save_file(tensors, OUT / "safetensors/types.safetensors", metadata={"format": "pt"})


main()
