"""Makes ../resources/org/memlora/models/transformer/layers.pt: all layers of a Llama or Qwen2 transformer in one call. python3 layers.py; written with PyTorch 2.15."""
from typing import Final, List

import torch

from scripts import save


class Layers(torch.nn.Module):
    # Tensors of a layer, in the order of LayersScript.java.
    per_layer: Final[int] = 15
    # Added to scores of keys that may not be seen; fits float16.
    masked_score: Final[float] = -30000.0
    weights: List[torch.Tensor]
    keys: List[torch.Tensor]
    values: List[torch.Tensor]
    epsilon: float

    def __init__(self):
        super().__init__()
        self.weights = torch.jit.annotate(List[torch.Tensor], [])
        self.keys = torch.jit.annotate(List[torch.Tensor], [])
        self.values = torch.jit.annotate(List[torch.Tensor], [])
        self.epsilon = 0.0

    @torch.jit.export
    def keep(self, epsilon: torch.Tensor, weights: List[torch.Tensor], keys: List[torch.Tensor], values: List[torch.Tensor]):
        """Once: what all calls share. keys and values: one [rows, K, context, D] per layer, written in place."""
        assert len(weights) == self.per_layer * len(keys)
        self.epsilon = float(epsilon.item())
        self.weights = weights
        self.keys = keys
        self.values = values
        return epsilon

    def adapted(self, x: torch.Tensor, plain: torch.Tensor, a: torch.Tensor, b: torch.Tensor, experts: torch.Tensor):
        """plain + ((x A') * experts) B'"""
        if a.size(0) == 0:
            return plain
        return torch.addmm(plain, torch.mm(x, a.t()) * experts, b.t())

    def forward(self, x: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor, rows: torch.Tensor, positions: torch.Tensor,
                places: torch.Tensor, experts: torch.Tensor):
        """
        x [N, C] to [N, C]; cosine and sine [N, 1, D]; rows and positions [N]; places 0 .. S - 1, S = the longest row of the step;
        experts [N, R], 1 in the columns of the token's expert. Each token attends for itself, so rows of any lengths need no padding.
        """
        n = x.size(0)
        seen = places.size(0)
        mask = torch.gt(places.unsqueeze(0), positions.unsqueeze(1)).to(x.dtype).mul_(self.masked_score).reshape(n, 1, 1, seen)
        three = torch.cat([experts, experts, experts], 1)
        two = torch.cat([experts, experts], 1)
        for layer in range(len(self.keys)):
            at = layer * self.per_layer
            w = self.weights
            keys = self.keys[layer]
            values = self.values[layer]
            groups = keys.size(1)
            width = keys.size(3)
            heads = w[at + 5].size(1) // width

            normed = torch.rms_norm(x, [x.size(1)], w[at], self.epsilon)
            bias = w[at + 2]
            plain = torch.mm(normed, w[at + 1].t()) if bias.size(0) == 0 else torch.addmm(bias, normed, w[at + 1].t())
            mixed = self.adapted(normed, plain, w[at + 3], w[at + 4], three).reshape(n, heads + 2 * groups, width)
            turned = mixed[:, :heads + groups]
            turned = torch.addcmul(turned * cosine, torch.roll(turned, [width // 2], [2]), sine)
            keys[rows, :, positions] = turned[:, heads:]
            values[rows, :, positions] = mixed[:, heads + groups:]
            own_keys = keys.narrow(2, 0, seen).index_select(0, rows)
            own_values = values.narrow(2, 0, seen).index_select(0, rows)
            query = turned[:, :heads].reshape(n, groups, heads // groups, width)
            scores = torch.matmul(query, own_keys.transpose(2, 3)) + mask
            attended = torch.matmul(torch.softmax(scores, 3), own_values).reshape(n, heads * width)
            x = self.adapted(attended, torch.addmm(x, attended, w[at + 5].t()), w[at + 6], w[at + 7], experts)

            normed = torch.rms_norm(x, [x.size(1)], w[at + 8], self.epsilon)
            both = self.adapted(normed, torch.mm(normed, w[at + 9].t()), w[at + 10], w[at + 11], two)
            inner = both.size(1) // 2
            fed = torch.nn.functional.silu(both[:, :inner]) * both[:, inner:]
            x = self.adapted(fed, torch.addmm(x, fed, w[at + 12].t()), w[at + 13], w[at + 14], experts)
        return x


save(Layers(), "layers.pt")
