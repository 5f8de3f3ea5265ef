"""Losses, gradients of A and B, and the weights after three steps of gradient
descent with clipped gradients, as PEFT and PyTorch compute them on the tiny models
of the module models (models/src/test/python/make_transformer_fixtures.py). Plain descent, because Adam divides by the gradient's own size: where that
is nearly 0, rounding decides the sign of a whole step; AdamW is tested by itself. Small steps, because rounding of 1e-6 in the
weights alone moves qwen2-untied's loss by 10 % after two long ones. Needs torch, transformers, peft; no arguments."""
import json, os
import torch
from peft import PeftModel
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, "../../../../models/src/test/resources/transformer")
OUT = os.path.join(HERE, "../resources/training")
STEPS, RATE, CLIP = 3, 0.005, 0.5
# Prompt and completion; the first three share a beginning of ten tokens, two of them one of fourteen.
BEGIN = [5, 17, 42, 8, 61, 33, 90, 12, 77, 4]
ROWS = [(BEGIN + [21, 22, 23, 24, 50], [70, 2]), (BEGIN + [21, 22, 23, 24, 51, 9], [71, 72, 2]), (BEGIN + [30, 31], [40, 41, 42, 2]),
        ([6, 66], [55, 2]), ([11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22], [3])]


def loss_of(model):
    total, count = 0, 0
    for prompt, completion in ROWS:
        ids = torch.tensor([prompt + completion])
        logits = model(ids).logits[0, len(prompt) - 1:-1].float()
        total = total + torch.nn.functional.cross_entropy(logits, torch.tensor(completion), reduction="sum")
        count += len(completion)
    return total / count


def lora(model):
    found = {}
    for name, p in model.named_parameters():
        p.requires_grad_("lora_" in name)
        if "lora_" in name:
            found[name.replace(".default", "").replace("base_model.model.", "", 1)] = p
    return found


for name in ("llama-tied", "llama-untied", "qwen2-tied", "qwen2-untied", "gemma2"):
    for expert in ("qv", "all"):
        folder = os.path.join(MODELS, name)
        base = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32)
        model = PeftModel.from_pretrained(base, os.path.join(folder, "experts", expert), is_trainable=True).eval()  # eval: no dropout
        parameters = lora(model)
        optimizer = torch.optim.SGD(parameters.values(), lr=RATE)
        tensors, losses = {}, []
        for step in range(STEPS):
            optimizer.zero_grad()
            loss = loss_of(model)
            loss.backward()
            losses.append(float(loss))
            if step == 0:
                tensors.update({"gradient." + k: p.grad.detach().clone().contiguous() for k, p in parameters.items()})
            norm = torch.nn.utils.clip_grad_norm_(parameters.values(), CLIP)
            optimizer.step()
        tensors.update({"after." + k: p.detach().clone().contiguous() for k, p in parameters.items()})
        losses.append(float(loss_of(model)))
        save_file(tensors, os.path.join(OUT, f"{name}-{expert}.safetensors"), {"losses": json.dumps(losses)})
        print(name, expert, losses, "last norm before clipping", float(norm))
with open(os.path.join(OUT, "rows.json"), "w") as f:
    json.dump({"rows": [{"prompt": p, "completion": c} for p, c in ROWS], "steps": STEPS, "rate": RATE, "clip": CLIP}, f)
