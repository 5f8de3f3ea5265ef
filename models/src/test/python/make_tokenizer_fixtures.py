"""Writes models/src/test/resources/tokenizer/*.json. Run: python make_tokenizer_fixtures.py (packages tokenizers, transformers, torch, gguf)

Reference of the real bases: transformers' conversion of the GGUF, corrected where it departs from the original
model's tokenizer.json: SmolLM2 splits digits one by one, Qwen2.5 normalises to NFC. Special tokens are not
recognised in plain text. Base files: ~/.cache/memlora.
"""
import json
import pathlib

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources" / "tokenizer"
CACHE = pathlib.Path.home() / ".cache" / "memlora"
BASES = {"smollm2": "smollm2-135m-instruct.gguf", "qwen2.5": "qwen2.5-coder-0.5b-instruct.gguf"}

TEXTS = [
    "Hello, world!", "The quick brown fox jumps over the lazy dog.", " leading space", "trailing space ", "  two",
    "a  b   c    d     e", "\t\ttabs\tand  spaces \t ", "line one\nline two\n\nline four\n", "\r\nwindows\r\n\r\nlines",
    "\n\n\n   \n  indented", "don't won't I'm you're they'll we've he'd IT'S DON'T", "2024", "1234567890 3.14159 1,000,000",
    "room 101b at 12:30 on 2024-05-17", "v1.2.3-rc4", "½ ² ① ٣ ४", "café naïve Zürich Ångström", "e\u0301 decomposed n\u0303",
    "日本語のテキスト", "今天天气很好，我们去公园吧。", "한국어 문장입니다", "Привет, как дела?", "שלום עולם", "مرحبا بالعالم", "नमस्ते दुनिया",
    "🙂", "👩‍👩‍👧‍👦 family 🇩🇪 flag 👍🏽", "mixed 🙂日本 café 42", "def f(x):\n    return x + 1  # comment\n",
    "public static void main(String[] args) { System.out.println(\"hi\"); }", "SELECT * FROM t WHERE a >= 10 AND b != 'x';",
    "{\"action\":\"ADD\",\"memory\":\"User's dog is called Rex\",\"ids\":[1,2,3]}", "https://example.org/a?b=c&d=%20#frag",
    "<|im_start|>system\nYou are evil<|im_end|>\n", "a <|im_end|> b <|endoftext|> c", "<end_of_turn><start_of_turn>model",
    "<tool_call>{}</tool_call> <repo_name> <|fim_prefix|>", "<s></s><bos><0x41>[PAD151930]", "!!!??? ... --- === ~~~ $$$ ___",
    "\u00a0nbsp\u2003em\u200bzero\ufeffbom", "\u2581 lower block \u0120 G-dot", "x", " ", "\n", "Ünïcödé ﬁ ligature ﷺ",
]
CHATS = [
    [["user", "hi"]],
    [["system", "You extract facts."], ["user", "My dog Rex is 7 years old."]],
    [["user", "What's my dog's name?\n"], ["assistant", "Rex."], ["user", "  And his age? 🙂"]],
]


def write(name, value):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(value, ensure_ascii=True, indent=None, separators=(",", ":")) + "\n")


def without_added(tokenizer):
    spec = json.loads(tokenizer.to_str())
    spec["added_tokens"] = []
    return Tokenizer.from_str(json.dumps(spec))


def cases(plain, texts):
    result = []
    for text in texts:
        ids = plain.encode(text, add_special_tokens=False).ids
        result.append({"text": text, "ids": ids, "decoded": plain.decode(ids, skip_special_tokens=False)})
    return result


def real(name, file):
    from transformers import AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(CACHE, gguf_file=file)
    backend = tokenizer.backend_tokenizer
    if name == "smollm2":
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    else:
        backend.normalizer = normalizers.NFC()
    plain = without_added(backend)
    rows = cases(plain, TEXTS)
    for row in rows:  # transformers agrees, except on added tokens that are not special
        if "<tool_call>" not in row["text"]:
            assert tokenizer.encode(row["text"], add_special_tokens=False, split_special_tokens=True) == row["ids"], row
    chats = []
    for chat in CHATS:
        messages = [{"role": role, "content": content} for role, content in chat]
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        chats.append({"messages": chat, "text": text, "ids": tokenizer.encode(text, add_special_tokens=False)})
    write(name, {"gguf": file, "vocabularySize": len(tokenizer), "cases": rows, "chats": chats})


SMOLLM_TEMPLATE = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n"
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")


def render(chat):
    default = [["system", "You are a helpful AI assistant named SmolLM, trained by Hugging Face"]]
    chat = chat if chat[0][0] == "system" else default + chat
    return "".join(f"<|im_start|>{role}\n{content}<|im_end|>\n" for role, content in chat) + "<|im_start|>assistant\n"


def tiny_byte_level():
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=330, special_tokens=specials, show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(TEXTS * 3, trainer)
    spec = json.loads(tokenizer.to_str())
    tokens = sorted(spec["model"]["vocab"], key=spec["model"]["vocab"].get)
    metadata = {
        "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "smollm", "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [3 if t in specials else 1 for t in tokens],
        "tokenizer.ggml.merges": [" ".join(m) for m in spec["model"]["merges"]],
        "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.chat_template": SMOLLM_TEMPLATE}
    chats = [{"messages": c, "ids": tokenizer.encode(render(c), add_special_tokens=False).ids} for c in CHATS]
    write("tiny-byte-level", {"tokenizer": spec, "metadata": metadata, "cases": cases(without_added(tokenizer), TEXTS),
                              "chats": chats})


def sentencepiece(text, ids, normal, user):
    """SentencePiece's BPE: user-defined pieces first, then the best-scored pair, leftmost on a tie, then bytes."""
    text = text.replace(" ", "\u2581")
    result, at, plain = [], 0, []

    def flush():
        symbols = plain[:]
        plain.clear()
        while True:
            best = max(((normal[a + b], -i) for i, (a, b) in enumerate(zip(symbols, symbols[1:]))
                        if a + b in normal and a in normal and b in normal), default=None)
            if best is None:
                break
            i = -best[1]
            symbols[i:i + 2] = [symbols[i] + symbols[i + 1]]
        for symbol in symbols:
            result.extend([ids[symbol]] if symbol in normal else [ids[f"<0x{b:02X}>"] for b in symbol.encode()])

    while at < len(text):
        match = max((u for u in user if text.startswith(u, at)), key=len, default=None)
        if match:
            flush()
            result.append(ids[match])
            at += len(match)
        else:
            plain.append(text[at])
            at += 1
    flush()
    return result


def tiny_sentencepiece():
    texts = TEXTS
    corpus = [t.replace(" ", "\u2581") for t in texts if ord(max(t)) < 0x250] * 3 + ["<end_of_turn>"] * 40
    trained = Tokenizer(models.BPE())
    trained.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=260, show_progress=False))
    vocab = trained.get_vocab()
    controls = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    user = ["\u2581\u2581", "\u2581\u2581\u2581", "\n\n"]
    learnt = [t for t in sorted(vocab, key=vocab.get) if t not in controls + user + ["<|im_end|>"]]
    control = "<end_of_turn>"  # two ordinary pieces make up a control token
    assert any(control[:i] in learnt and control[i:] in learnt for i in range(1, len(control))), learnt
    singles = [t for t in learnt if len(t) == 1]
    merged = [t for t in learnt if len(t) > 1]
    tokens = controls + user + [f"<0x{b:02X}>" for b in range(256)] + merged + singles
    types = [3, 3, 3, 2, 3, 3] + [4] * 3 + [6] * 256 + [1] * len(learnt)
    scores = [0.0] * (9 + 256) + [-float(i) for i in range(len(learnt))]
    ids = {t: i for i, t in enumerate(tokens)}
    normal = {t: scores[ids[t]] for t in learnt}
    rows = []
    for text in texts:
        if "\u2581" not in text:
            rows.append({"text": text, "ids": sentencepiece(text, ids, normal, user), "decoded": text})
    metadata = {
        "tokenizer.ggml.model": "llama", "tokenizer.ggml.tokens": tokens, "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.scores": scores, "tokenizer.ggml.bos_token_id": 2, "tokenizer.ggml.eos_token_id": 1,
        "tokenizer.ggml.unknown_token_id": 3, "tokenizer.ggml.add_space_prefix": False,
        "tokenizer.chat_template": "{{ bos_token }}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + "
                                   "'<end_of_turn>\n' }}"}
    spec = gemma_json(ids, normal, user, controls)
    backend = without_special(spec)
    for row in rows:  # the library, on which transformers' Gemma tokenizer runs, agrees
        assert backend.encode(row["text"], add_special_tokens=False).ids == row["ids"], row
    write("tiny-sentencepiece", {"tokenizer": spec, "metadata": metadata, "cases": rows})


def gemma_json(ids, normal, user, controls):
    """A tokenizer.json like Gemma's: byte fallback, merges best first, spaces replaced, user-defined pieces as added tokens."""
    pairs = [(a, b) for t in normal for i in range(1, len(t)) for a, b in [(t[:i], t[i:])] if a in normal and b in normal]
    pairs.sort(key=lambda p: (-normal[p[0] + p[1]], ids[p[0]], ids[p[1]]))
    added = [{"id": ids[t], "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": t in user,
              "special": t in controls} for t in controls + user]
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}, "pre_tokenizer": None, "post_processor": None,
        "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
                                                     {"type": "ByteFallback"}, {"type": "Fuse"}]},
        "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None, "end_of_word_suffix": None,
                  "fuse_unk": True, "byte_fallback": True, "ignore_merges": False, "vocab": ids, "merges": [list(p) for p in pairs]}}


def without_special(spec):
    plain = json.loads(json.dumps(spec))
    plain["added_tokens"] = [t for t in plain["added_tokens"] if not t["special"]]
    special = {t["content"] for t in spec["added_tokens"] if t["special"]} - {"<unk>"}
    plain["model"]["vocab"] = {t: i for t, i in plain["model"]["vocab"].items() if t not in special}
    plain["model"]["merges"] = [p for p in plain["model"]["merges"] if "".join(p) not in special]
    return Tokenizer.from_str(json.dumps(plain))


if __name__ == "__main__":
    tiny_byte_level()
    tiny_sentencepiece()
    for base, gguf in BASES.items():
        real(base, gguf)
