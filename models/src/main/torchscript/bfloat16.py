"""Makes ../resources/org/memlora/models/transformer/bfloat16.pt: what DJL has no calls for. python3 bfloat16.py; written with PyTorch 2.15."""
import pathlib
import zipfile

import torch


class BFloat16(torch.nn.Module):
    @torch.jit.export
    def pack(self, weight):
        return weight.to(torch.bfloat16)

    @torch.jit.export
    def unpack(self, weight):
        return weight.to(torch.float32)

    def forward(self, x, weight):
        return torch.matmul(x.to(torch.bfloat16), weight.t()).to(torch.float32)


target = pathlib.Path(__file__).parent.parent / "resources/org/memlora/models/transformer/bfloat16.pt"
torch.jit.save(torch.jit.script(BFloat16()), target)
# The debug file names folders of the machine it was made on.
with zipfile.ZipFile(target) as archive:
    kept = [(entry, archive.read(entry)) for entry in archive.infolist() if not entry.filename.endswith(".debug_pkl")]
with zipfile.ZipFile(target, "w") as archive:
    for entry, content in kept:
        archive.writestr(entry, content)
