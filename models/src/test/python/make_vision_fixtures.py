"""Tiny random SmolVLM (Idefics3) and InternVL models with what transformers computes from synthetic pictures: pixel values,
features after the projector, prompts, logits, greedy tokens; and small pictures of every kind that the decoder meets.
Run with no argument; needs torch, torchvision, transformers, peft, pillow. Weights are bfloat16 as in the published files,
the reference runs them in float32."""
import json, math, os, shutil, tempfile
import numpy as np, PIL, torch, transformers
from PIL import Image, ImageDraw
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (GotOcr2ImageProcessor, Idefics3Config, Idefics3ForConditionalGeneration, Idefics3ImageProcessor, Idefics3Processor,
                          InternVLConfig, InternVLForConditionalGeneration, InternVLProcessor, PreTrainedTokenizerFast)
from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import GotOcr2ImageProcessorPil
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.internvl.video_processing_internvl import InternVLVideoProcessor

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../resources/vision")
PICTURES = os.path.join(OUT, "pictures")
TEXTS = ["What is in the picture?", "How many circles are there?\nAnswer with one word.", "The cat sat on 2 red mats in 2024.",
         "system You look at pictures. user assistant System User Assistant"]
SMOLVLM_TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{message['role'] | capitalize}}{% if message['content'][0]['type'] == 'image' %}{{':'}}"
    "{% else %}{{': '}}{% endif %}{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}"
    "{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}")
INTERNVL_TEMPLATE = (
    "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n'}}{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for content in message['content'] %}{% if content['type'] == 'image' %}{{ '<IMG_CONTEXT>\n' }}"
    "{% elif content['type'] == 'text' %}{{ content['text'] }}{% endif %}{% endfor %}{% endif %}{{'<|im_end|>\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{'<|im_start|>assistant\n' }}{% endif %}")


def scene(width, height, mode, seed):
    """A gradient with shapes and a little noise."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    pixels = np.stack([x, y, 255 - (x + y) / 2], -1) + rng.normal(0, 6, (height, width, 3))
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse([width * 0.1, height * 0.2, width * 0.5, height * 0.7], fill=(220, 30, 40))
    draw.rectangle([width * 0.55, height * 0.5, width * 0.9, height * 0.9], fill=(20, 60, 200))
    if mode == "RGBA":
        alpha = np.clip(x + rng.normal(0, 20, (height, width)), 0, 255).astype(np.uint8)
        image.putalpha(Image.fromarray(alpha))
        return image
    return image.convert(mode)


def pictures():
    shutil.rmtree(PICTURES, ignore_errors=True)
    os.makedirs(PICTURES)

    def save(name, image, **kw):
        image.save(os.path.join(PICTURES, name), **kw)

    save("landscape.png", scene(75, 50, "RGB", 1))
    save("portrait-alpha.png", scene(41, 90, "RGBA", 2))
    save("square-gray.png", scene(30, 30, "L", 3))
    save("palette.png", scene(24, 20, "RGB", 4).quantize(12))
    save("black-white.png", scene(24, 20, "L", 4).convert("1"))
    save("gray-alpha.png", Image.merge("LA", [scene(24, 20, "L", 5), scene(24, 20, "RGBA", 5).getchannel("A")]))
    flat = scene(24, 20, "RGB", 6).quantize(8).convert("RGB")
    save("rgb-transparent.png", flat, transparency=flat.getpixel((3, 8)))
    save("lossless.webp", scene(24, 20, "RGB", 7), lossless=True)
    save("lossless-alpha.webp", scene(24, 20, "RGBA", 7), lossless=True, exact=True)
    save("lossy.webp", scene(48, 40, "RGB", 7), quality=80)
    save("baseline.jpg", scene(48, 40, "RGB", 8), quality=90)
    save("gray.jpg", scene(48, 40, "L", 8), quality=90)
    save("progressive.jpg", scene(48, 40, "RGB", 9), quality=90, progressive=True)
    save("cmyk.jpg", scene(48, 40, "RGB", 9).convert("CMYK"), quality=90)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        save(f"turned-{orientation}.jpg", scene(48, 32, "RGB", 10), quality=95, exif=exif, subsampling=0)
    exif = Image.Exif()
    exif[0x0112] = 6
    save("turned-6.png", scene(24, 16, "RGB", 10), exif=exif)
    save("turned-6.webp", scene(24, 16, "RGB", 10), exif=exif, lossless=True)
    frames = [scene(24, 20, "RGB", seed) for seed in (11, 12)]
    save("animated.webp", frames[0], save_all=True, append_images=frames[1:], duration=100)
    save("animated.png", frames[0], save_all=True, append_images=frames[1:], duration=100)
    save("animated.gif", frames[0], save_all=True, append_images=frames[1:], duration=100)
    save("bitmap.bmp", scene(12, 10, "RGB", 13))
    save("pages.tiff", scene(12, 10, "RGB", 13))
    decoded = {}
    for name in sorted(os.listdir(PICTURES)):
        if name.split(".")[1] in ("png", "jpg", "webp") and not name.startswith(("animated", "cmyk")):
            image = PIL.ImageOps.exif_transpose(Image.open(os.path.join(PICTURES, name)))
            decoded[name.replace(".", "_")] = torch.from_numpy(transformers.image_transforms.convert_to_rgb(image, return_numpy=True)).float()
    save_file(compact(decoded), os.path.join(OUT, "decoded.safetensors"))


def compact(tensors):
    """Whole numbers below 257 are exact in bfloat16."""
    return {name: value.to(torch.bfloat16) for name, value in tensors.items()}


def resampled():
    """What Pillow makes of one picture, by filter and size; height x width in the name."""
    image = Image.open(os.path.join(PICTURES, "landscape.png"))
    results = {}
    for name, kernel in (("BILINEAR", Image.BILINEAR), ("BICUBIC", Image.BICUBIC), ("LANCZOS", Image.LANCZOS)):
        for width, height in ((31, 17), (70, 20), (90, 61), (1, 1)):
            results[f"{name}_{width}x{height}"] = torch.from_numpy(np.array(image.resize((width, height), kernel))).float()
    save_file(compact(results), os.path.join(OUT, "resampled.safetensors"))


def tokenizer(specials, last):
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(TEXTS * 3, trainers.BpeTrainer(vocab_size=len(specials) + 280, special_tokens=specials, show_progress=False,
                                                            initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    made.add_special_tokens(last)
    return made


def randomise(model, seed):
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=g)
            if "norm" in name and "position" not in name:
                p.add_(noise * 0.2)
            elif "embed_tokens" in name or "lm_head" in name or "position" in name or "cls_token" in name:
                p.copy_(noise * 0.5)
            elif p.dim() == 1:
                p.copy_(noise * 0.3)
            else:
                p.copy_(noise * 1.2 / math.sqrt(p[0].numel()))


def greedy(model, inputs, count=12):
    ids, gap, start = inputs["input_ids"], 1e9, inputs["input_ids"].shape[1]
    with torch.no_grad():
        first = model(**inputs).logits[0, -1]
        for _ in range(count):
            top = model(**{**inputs, "input_ids": ids, "attention_mask": torch.ones_like(ids)}).logits[0, -1].topk(2)
            gap = min(gap, float(top.values[0] - top.values[1]))
            if top.indices[0] == model.config.image_token_id:  # the reference can't be fed one without a picture
                return first, [], 0.0
            ids = torch.cat([ids, top.indices[:1].view(1, 1)], 1)
    return first, ids[0, start:].tolist(), gap


def family(name, model_class, config, processor, other_processor, files, seed):
    folder = os.path.join(OUT, name)
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(seed)
    model = model_class._from_config(config, attn_implementation="eager").eval()
    randomise(model, seed)
    model.to(torch.bfloat16).save_pretrained(folder)
    if os.path.exists(os.path.join(folder, "generation_config.json")):
        os.remove(os.path.join(folder, "generation_config.json"))
    for file, content in files.items():
        with open(os.path.join(folder, file), "w") as out:
            out.write(content if isinstance(content, str) else json.dumps(content, indent=1))
    model = model_class.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    adapter = get_peft_model(model_class.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager"),
                             LoraConfig(r=4, lora_alpha=8, target_modules=r".*(text_model|language_model).*\.(q_proj|v_proj)")).eval()
    g = torch.Generator().manual_seed(100 + seed)
    with torch.no_grad():
        for key, p in adapter.named_parameters():
            if "lora_" in key:
                p.copy_(torch.randn(p.shape, generator=g) * 0.25)
    adapter.peft_config["default"].base_model_name_or_path = name
    with tempfile.TemporaryDirectory() as d:
        adapter.save_pretrained(d)
        target = os.path.join(folder, "experts", "vision")
        os.makedirs(target)
        for f in ("adapter_config.json", "adapter_model.safetensors"):
            shutil.copy(os.path.join(d, f), target)
    reference = {"transformers": transformers.__version__, "torch": torch.__version__, "pillow": PIL.__version__, "cases": []}
    tensors, least = {}, 1e9
    for number, (picture, messages) in enumerate(CASES):
        image = Image.open(os.path.join(PICTURES, picture))
        chat = [{"role": role, "content": ([{"type": "image"}] if i == len(messages) - 1 else []) + [{"type": "text", "text": text}]}
                for i, (role, text) in enumerate(messages)]
        text = processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        inputs = processor(text=text, images=[image], return_tensors="pt")
        inputs = {k: v for k, v in inputs.items() if k in ("input_ids", "attention_mask", "pixel_values", "pixel_attention_mask")}
        with torch.no_grad():
            features = model.get_image_features(inputs["pixel_values"], **({"pixel_attention_mask": inputs["pixel_attention_mask"]}
                                                if "pixel_attention_mask" in inputs else {}), return_dict=True).pooler_output
        features = torch.cat(list(features), 0) if isinstance(features, (list, tuple)) else features.flatten(0, 1)
        pixels = inputs["pixel_values"].reshape(-1, *inputs["pixel_values"].shape[-3:])
        other = other_processor(images=[image], return_tensors="pt", **({"crop_to_patches": True} if name == "internvl" else {}))["pixel_values"]
        logits, tokens, gap = greedy(model, inputs)
        expert_logits, expert_tokens, expert_gap = greedy(adapter, inputs)
        least = min(least, gap, expert_gap)
        image_processor = processor.image_processor
        scale = (pixels * torch.tensor(image_processor.image_std).view(1, 3, 1, 1) + torch.tensor(image_processor.image_mean).view(1, 3, 1, 1)) * 255
        assert (scale - scale.round()).abs().max() < 1e-3
        tensors[f"tiles{number}"] = scale.round().to(torch.bfloat16)
        if number == 0:
            tensors["pixels0"] = pixels[:1].contiguous()
        tensors[f"features{number}"] = features
        tensors[f"logits{number}"], tensors[f"expertLogits{number}"] = logits, expert_logits
        reference["cases"].append({"picture": picture, "messages": messages, "prompt": inputs["input_ids"][0].tolist(), "greedy": tokens,
                                   "expertGreedy": expert_tokens, "leastGap": min(gap, expert_gap),
                                   "torchvisionDifference": float((other.reshape(pixels.shape) - pixels).abs().max())})
    save_file(tensors, os.path.join(folder, "reference.safetensors"))
    with open(os.path.join(folder, "reference.json"), "w") as out:
        json.dump(reference, out)
    return least


CASES = [("landscape.png", [["user", TEXTS[0]]]),
         ("portrait-alpha.png", [["system", "You look at pictures."], ["user", TEXTS[1]]]),
         ("square-gray.png", [["user", TEXTS[2]]])]


def idefics3(seed):
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    last = ["<global-img>"] + [f"<row_{r}_col_{c}>" for r in range(1, 7) for c in range(1, 7)] + ["<fake_token_around_image>", "<image>", "<end_of_utterance>"]
    made = tokenizer(specials, last)
    fast = PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<end_of_utterance>", bos_token="<|im_start|>", pad_token="<|im_end|>")
    vocabulary = len(fast)
    sizes = dict(size={"longest_edge": 48}, max_image_size={"longest_edge": 24}, resample=1)
    processor = Idefics3Processor(Idefics3ImageProcessorPil(**sizes), fast, image_seq_len=4, chat_template=SMOLVLM_TEMPLATE)
    config = Idefics3Config(
        vision_config=dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, image_size=24, patch_size=6),
        text_config=dict(model_type="llama", vocab_size=vocabulary, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                         intermediate_size=48, max_position_embeddings=256, rms_norm_eps=1e-5, rope_theta=100000.0, pad_token_id=2),
        image_token_id=fast.convert_tokens_to_ids("<image>"), scale_factor=2, tie_word_embeddings=False)
    files = {
        "tokenizer.json": made.to_str(), "chat_template.json": {"chat_template": SMOLVLM_TEMPLATE},
        "tokenizer_config.json": {"bos_token": "<|im_start|>", "eos_token": "<end_of_utterance>"},
        "generation_config.json": {"bos_token_id": 0, "eos_token_id": fast.convert_tokens_to_ids("<end_of_utterance>"), "pad_token_id": 2},
        "processor_config.json": {"image_seq_len": 4, "processor_class": "Idefics3Processor"},
        "preprocessor_config.json": {
            "do_convert_rgb": True, "do_image_splitting": True, "do_normalize": True, "do_pad": True, "do_rescale": True, "do_resize": True,
            "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "image_processor_type": "Idefics3ImageProcessor",
            "max_image_size": {"longest_edge": 24}, "processor_class": "Idefics3Processor", "resample": 1,
            "rescale_factor": 0.00392156862745098, "size": {"longest_edge": 48}}}
    return family("idefics3", Idefics3ForConditionalGeneration, config, processor, Idefics3ImageProcessor(**sizes), files, seed)


def internvl(seed):
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    made = tokenizer(specials, ["<img>", "</img>", "<IMG_CONTEXT>", "<video>"])
    fast = PreTrainedTokenizerFast(tokenizer_object=made, eos_token="<|im_end|>", pad_token="<|endoftext|>", extra_special_tokens={
        "context_image_token": "<IMG_CONTEXT>", "start_image_token": "<img>", "end_image_token": "</img>", "video_token": "<video>"})
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    sizes = dict(size={"height": 28, "width": 28}, min_patches=1, max_patches=6, resample=3, image_mean=mean, image_std=std)
    processor = InternVLProcessor(GotOcr2ImageProcessorPil(**sizes), fast, InternVLVideoProcessor(), image_seq_length=4, chat_template=INTERNVL_TEMPLATE)
    config = InternVLConfig(
        vision_config=dict(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, attention_bias=True, intermediate_size=40, image_size=[28, 28],
                           patch_size=[7, 7]),
        text_config=dict(model_type="qwen2", vocab_size=len(fast) + 5, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                         intermediate_size=48, max_position_embeddings=256, rope_theta=1000000.0),
        image_token_id=fast.convert_tokens_to_ids("<IMG_CONTEXT>"), image_seq_length=4, tie_word_embeddings=True)
    files = {
        "tokenizer.json": made.to_str(), "chat_template.jinja": INTERNVL_TEMPLATE,
        "tokenizer_config.json": {"eos_token": "<|im_end|>", "context_image_token": "<IMG_CONTEXT>", "start_image_token": "<img>", "end_image_token": "</img>"},
        "generation_config.json": {"eos_token_id": fast.convert_tokens_to_ids("<|im_end|>")},
        "processor_config.json": {"image_seq_length": 4, "processor_class": "InternVLProcessor"},
        "preprocessor_config.json": {
            "crop_to_patches": False, "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": mean,
            "image_std": std, "image_processor_type": "GotOcr2ImageProcessorFast", "max_patches": 6, "min_patches": 1,
            "processor_class": "InternVLProcessor", "resample": 3, "rescale_factor": 0.00392156862745098, "size": {"height": 28, "width": 28}}}
    return family("internvl", InternVLForConditionalGeneration, config, processor, GotOcr2ImageProcessor(**sizes), files, seed)


if __name__ == "__main__":
    torch.set_num_threads(1)
    pictures()
    resampled()
    for make in (idefics3, internvl):
        seed = 1
        while (gap := make(seed)) < 5e-3:  # no near ties: other machines round differently
            seed += 10
        print(make.__name__, "seed", seed, "least gap", gap, "transformers", transformers.__version__, flush=True)
