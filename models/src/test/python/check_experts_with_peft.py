"""What PEFT and transformers answer with the shipped experts of a base (models/experts/<base>/*), for ShippedExpertsIT.
Arguments: names of bases whose GGUF file lies in ~/.cache/memlora. Needs torch, transformers, peft, gguf."""
import json, os, sys
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
CHAT = "<|im_start|>system\n{}<|im_end|>\n<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
PROMPTS = {
    "extraction": ("Extract the facts worth remembering, one a line as \"- fact\", or NONE.",
                   ["Ana: I adopted a cat on 2023-04-02! His name is Milo.\nBen: How sweet! I'm allergic to cats.",
                    "Ana: Hi Ben, how are you?\nBen: Great, thanks for asking!",
                    "Ben: My sister and I visited Lisbon in May 2023.\nAna: I started a pottery class on 2023-05-08 to relax."]),
    "update": ("Decide what the new fact does to the old memories: ADD, NONE n, UPDATE n or DELETE n.",
               ["Old memories:\n1. Ana lives in Rome.\nNew fact: Ana moved to Oslo.", "Old memories:\n1. Ben plays the violin.\n2. Ben likes tea.\nNew fact: Ben likes tea a lot.",
                "Old memories:\n1. Ana has a cat.\nNew fact: Ben has a brother."]),
    "generation": ("Answer from the memories in a few words.",
                   ["Memories:\n- Ana adopted a cat named Milo on 2 April 2023.\n- 8 May 2023: Ana started a pottery class.\nQuestion: When did Ana adopt Milo?",
                    "Memories:\n- 20 May 2023: Ben visited Lisbon with his sister.\n- 1 June 2023: Ben is allergic to cats.\nQuestion: What is Ben allergic to?",
                    "Memories:\n- 1 June 2023: Ben is allergic to cats.\nQuestion: What is the name of Ana's brother?"]),
}
TOKENS = 20
# Below this, two machines' rounding may choose differently: another prompt is needed then.
LEAST_GAP = 1e-3

for name in sys.argv[1:]:
    cache = os.path.expanduser("~/.cache/memlora")
    experts = os.path.join(HERE, "../../../experts", name)
    tokenizer = AutoTokenizer.from_pretrained(cache, gguf_file=name + ".gguf")
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    found = {}
    for stage in PROMPTS:   # pictures go in as vectors, not as tokens
        base = AutoModelForCausalLM.from_pretrained(cache, gguf_file=name + ".gguf", dtype=torch.float32)
        model = PeftModel.from_pretrained(base, os.path.join(experts, stage)).eval()
        instruction, texts = PROMPTS[stage]
        found[stage] = []
        for text in texts:
            prompt = tokenizer(CHAT.format(instruction, text), add_special_tokens=False).input_ids
            ids, past, gap, greedy = torch.tensor([prompt]), None, 1e9, []
            with torch.no_grad():
                for _ in range(TOKENS):
                    out = model(input_ids=ids, past_key_values=past, use_cache=True)
                    past, top = out.past_key_values, out.logits[0, -1].topk(2)
                    gap = min(gap, float(top.values[0] - top.values[1]))
                    greedy.append(int(top.indices[0]))
                    if greedy[-1] == end:
                        break
                    ids = top.indices[:1].view(1, 1)
            if gap < LEAST_GAP:
                sys.exit(f"{name} {stage}: a near tie (gap {gap}) in {tokenizer.decode(greedy)!r}: take another prompt than {text!r}")
            found[stage].append({"prompt": prompt, "greedy": greedy, "leastGap": gap})
            print(name, stage, repr(tokenizer.decode(greedy)), "least gap", gap, flush=True)
    with open(os.path.join(HERE, "../resources/transformer", f"experts-{name}.json"), "w") as f:
        json.dump(found, f)
