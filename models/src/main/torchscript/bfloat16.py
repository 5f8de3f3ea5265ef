"""Makes ../resources/org/memlora/models/transformer/bfloat16.pt: what DJL has no calls for. python3 bfloat16.py; written with PyTorch 2.15."""
import torch

from scripts import save


class BFloat16(torch.nn.Module):
    @torch.jit.export
    def pack(self, weight):
        return weight.to(torch.bfloat16)

    @torch.jit.export
    def unpack(self, weight):
        return weight.to(torch.float32)

    def forward(self, x, weight):
        return self.linear(x, weight)

    @torch.jit.export
    def linear(self, x, weight):
        return self.linear_kept(x, weight).to(torch.float32)

    @torch.jit.export
    def linear_kept(self, x, weight):
        return torch.mm(x.to(torch.bfloat16), weight.t())

    @torch.jit.export
    def adapted(self, x, weight, a, b, mask):
        return self.adapted_kept(x, weight, a, b, mask).to(torch.float32)

    @torch.jit.export
    def adapted_kept(self, x, weight, a, b, mask):
        narrow = x.to(torch.bfloat16)
        middle = torch.mm(narrow, a.to(torch.bfloat16).t()) * mask.to(torch.bfloat16)
        return torch.addmm(torch.mm(narrow, weight.t()), middle, b.to(torch.bfloat16).t())

    @torch.jit.export
    def swiglu(self, gate, up):
        return torch.nn.functional.silu(gate) * up

    @torch.jit.export
    def geglu(self, gate, up):
        return torch.nn.functional.gelu(gate, approximate="tanh") * up


save(BFloat16(), "bfloat16.pt")
