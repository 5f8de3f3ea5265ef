"""Tiny random models, adapters and reference outputs (transformers + PEFT): run with no argument, or with some of their names.
With names of bases: reference tokens of the real GGUF bases in ~/.cache/memlora."""
import json, math, os, shutil, sys, tempfile
import numpy as np, torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, Qwen2Config, Gemma2Config
from peft import LoraConfig, PeftModel, get_peft_model

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../resources/transformer")
LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
common = dict(vocab_size=100, max_position_embeddings=128, pad_token_id=0, bos_token_id=1, eos_token_id=2)
CONFIGS = {
    "llama-tied": LlamaConfig(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                              intermediate_size=64, tie_word_embeddings=True, rms_norm_eps=1e-5, **common),
    "llama-untied": LlamaConfig(hidden_size=48, num_hidden_layers=2, num_attention_heads=6, num_key_value_heads=2,
                                intermediate_size=64, tie_word_embeddings=False,
                                rope_parameters={"rope_type": "default", "rope_theta": 100000.0}, **common),
    "qwen2-tied": Qwen2Config(hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=1,
                              intermediate_size=64, tie_word_embeddings=True, **common),
    "qwen2-untied": Qwen2Config(hidden_size=32, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
                                intermediate_size=64, tie_word_embeddings=False, **common),
    "gemma2": Gemma2Config(hidden_size=40, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, head_dim=16,
                           intermediate_size=64, query_pre_attn_scalar=24, sliding_window=8, attn_logit_softcapping=5.0,
                           final_logit_softcapping=10.0, **common),
    # Heads as wide as the compiled graph's attention takes them.
    "llama-wide": LlamaConfig(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                              intermediate_size=96, tie_word_embeddings=True, rms_norm_eps=1e-5, **common),
    "qwen2-wide": Qwen2Config(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                              intermediate_size=96, tie_word_embeddings=False, **common),
}


def randomise(model, seed):
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in model.named_parameters():
            noise = torch.randn(p.shape, generator=g)
            if "norm" in name:
                p.add_(noise * 0.2)
            elif p.dim() == 1:
                p.copy_(noise * 0.3)
            elif "embed" in name or "lm_head" in name:
                p.copy_(noise * (0.15 if model.config.model_type == "gemma2" else 0.5))
            else:
                p.copy_(noise * 1.2 / math.sqrt(p.shape[1]))


def record(model, prompts):
    cases = []
    for prompt in prompts:
        with torch.no_grad():
            logits = model(torch.tensor([prompt])).logits[0, -1].float()
            ids, gap = list(prompt), 1e9
            for _ in range(20):
                top = model(torch.tensor([ids])).logits[0, -1].topk(2)
                gap = min(gap, float(top.values[0] - top.values[1]))
                ids.append(int(top.indices[0]))
        cases.append({"prompt": prompt, "logits": [float(f"{v:.8g}") for v in logits.tolist()], "greedy": ids[len(prompt):],
                      "leastGap": gap})
    return cases


def gguf_of(name, model, path):
    import gguf
    c = model.config
    arch = c.model_type
    w = gguf.GGUFWriter(path, arch)
    w.add_block_count(c.num_hidden_layers); w.add_context_length(128); w.add_embedding_length(c.hidden_size)
    w.add_feed_forward_length(c.intermediate_size); w.add_head_count(c.num_attention_heads)
    w.add_head_count_kv(c.num_key_value_heads); w.add_layer_norm_rms_eps(c.rms_norm_eps)
    w.add_rope_freq_base(float(c.rope_parameters["rope_theta"] if "rope_theta" in c.rope_parameters else 10000.0))
    w.add_vocab_size(100)
    if arch == "gemma2":
        w.add_key_length(c.head_dim); w.add_value_length(c.head_dim); w.add_sliding_window(c.sliding_window)
        w.add_attn_logit_softcapping(c.attn_logit_softcapping); w.add_final_logit_softcapping(c.final_logit_softcapping)
    part = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
            "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
            "input_layernorm": "attn_norm"}
    part.update({"post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
                 "post_feedforward_layernorm": "post_ffw_norm"} if arch == "gemma2" else {"post_attention_layernorm": "ffn_norm"})
    top = {"model.embed_tokens": "token_embd", "lm_head": "output", "model.norm": "output_norm"}
    for key, value in model.state_dict().items():
        if key == "lm_head.weight" and c.tie_word_embeddings:
            continue
        stem, kind = key.rsplit(".", 1)  # weight, or bias of q, k and v in Qwen2
        a = value.float().numpy()
        if stem.startswith("model.layers."):
            _, _, n, rest = stem.split(".", 3)
            target = f"blk.{n}.{part[rest]}.{kind}"
            if arch == "llama" and rest in ("self_attn.q_proj", "self_attn.k_proj"):
                h = c.num_attention_heads if rest.endswith("q_proj") else c.num_key_value_heads
                a = a.reshape(h, 2, a.shape[0] // h // 2, a.shape[1]).swapaxes(1, 2).reshape(a.shape)
        else:
            target = top[stem] + ".weight"
        if "norm" in stem and arch == "gemma2":
            a = a + 1
        w.add_tensor(target, np.ascontiguousarray(a, dtype=np.float32))
    w.write_header_to_file(); w.write_kv_data_to_file(); w.write_tensors_to_file(); w.close()


def require_same(folder, cases):
    """What transformers computes from the GGUF itself is what was recorded."""
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file="model.gguf", dtype=torch.float32, attn_implementation="eager").eval()
    for case in cases:
        with torch.no_grad():
            logits = model(torch.tensor([case["prompt"]])).logits[0, -1]
        most = float((logits - torch.tensor(case["logits"])).abs().max())
        assert most < 1e-4, (folder, most)


def tiny(names):
    for i, (name, config) in enumerate(CONFIGS.items()):
        if name not in names:
            continue
        seed = i
        while (gap := make(name, config, seed)) < 1e-3:  # no near ties: other machines round differently
            seed += 10
        print(name, "seed", seed, "least gap", gap, flush=True)


def make(name, config, i):
    config = type(config)(**config.to_dict())
    folder = os.path.join(OUT, name)
    shutil.rmtree(folder, ignore_errors=True)
    torch.manual_seed(i)
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    randomise(model, 10 + i)
    rng = np.random.default_rng(i)
    prompts = [[int(t) for t in rng.integers(3, 100, n)] for n in (1, 4, 9, 23)]
    model.save_pretrained(folder)
    os.path.exists(folder + "/generation_config.json") and os.remove(folder + "/generation_config.json")
    reference = {"base": record(model, prompts)}
    if name in ("llama-untied", "llama-wide", "qwen2-untied", "gemma2"):
        if name == "gemma2":  # the file format has no query_pre_attn_scalar: the head width stands for it
            model.config.query_pre_attn_scalar = 16
            for layer in model.model.layers:
                layer.self_attn.scaling = 16 ** -0.5
            reference["gguf"] = record(model, prompts)
        gguf_of(name, model, os.path.join(folder, "model.gguf"))
        if name != "gemma2":  # of Gemma 2's metadata transformers reads no soft-capping
            require_same(folder, reference["base"])
    for adapter, kw in {
        "qv": dict(r=4, lora_alpha=8, target_modules=r".*\.self_attn\.(q_proj|v_proj)" if "tied" == name[-4:] else ["q_proj", "v_proj"]),
        "all": dict(r=6, lora_alpha=12, target_modules=LINEAR, use_rslora=name == "qwen2-untied"),
    }.items():
        base = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
        tuned = get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.1, **kw)).eval()
        g = torch.Generator().manual_seed(100 + i)
        with torch.no_grad():
            for key, p in tuned.named_parameters():
                if "lora_" in key:
                    p.copy_(torch.randn(p.shape, generator=g) * 0.25)
        tuned.peft_config["default"].base_model_name_or_path = name
        target = os.path.join(folder, "experts", adapter)
        with tempfile.TemporaryDirectory() as d:
            tuned.save_pretrained(d)
            os.makedirs(target)
            for f in ("adapter_config.json", "adapter_model.safetensors"):
                shutil.copy(os.path.join(d, f), target)
        reference[adapter] = record(tuned, prompts)
    with open(os.path.join(folder, "reference.json"), "w") as f:
        json.dump(reference, f)
    return min(c["leastGap"] for cs in reference.values() for c in cs)


PROMPTS = ["What is the capital of France?", "Write a haiku about rain.", "Explain what a hash map is.", "2 + 2 * 3 = ?",
           "Tell me about the Roman Empire in one sentence.", "My sister Ann moved to Oslo last Friday. Where does Ann live?",
           "List three fruits.", "def fibonacci(n):", "Translate 'good morning' into Spanish.",
           "Extract the facts: Bob said he adopted a cat named Miso and quit his job at the bakery in May."]


def base(name):
    d = os.path.expanduser("~/.cache/memlora")
    file = name + ".gguf"
    tok = AutoTokenizer.from_pretrained(d, gguf_file=file)
    model = AutoModelForCausalLM.from_pretrained(d, gguf_file=file, dtype=torch.float32).eval()
    cases = []
    for text in PROMPTS:
        chat = f"<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"
        prompt = tok(chat, add_special_tokens=False).input_ids
        ids, past, gap, tokens = torch.tensor([prompt]), None, 1e9, []
        with torch.no_grad():
            for _ in range(20):
                o = model(ids, past_key_values=past, use_cache=True)
                past, top = o.past_key_values, o.logits[0, -1].topk(2)
                gap = min(gap, float(top.values[0] - top.values[1]))
                tokens.append(int(top.indices[0]))
                ids = top.indices[:1].view(1, 1)
        cases.append({"prompt": prompt, "greedy": tokens, "leastGap": gap})
        print(name, repr(tok.decode(tokens)), gap, flush=True)
    with open(os.path.join(OUT, f"base-{name}.json"), "w") as f:
        json.dump(cases, f)


tiny(sys.argv[1:] or CONFIGS)
for n in sys.argv[1:]:
    if n not in CONFIGS:
        base(n)
