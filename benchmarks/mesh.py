"""Training of a mesh encoder of four levels: meshgait's layers against PyTorch Geometric's.

The same graph layers with the same weights, LayerNorm, SiLU and means to the next coarser level,
over clips of the embedded body, forwards and backwards; PyTorch Geometric gets all frames as one
disconnected batch. They take turns, and the medians and quartiles are of frames per second.
`OMP_NUM_THREADS=2 python benchmarks/mesh.py --json mesh.json`; on a busy machine it says little.
"""

import argparse
import json
from functools import partial
from itertools import pairwise
from pathlib import Path

import torch
from _machine import machine, speeds, versions
from torch.nn.functional import silu
from torch_geometric import nn as pyg

from meshgait.body import Body
from meshgait.nn import graph
from meshgait.operators import adjacency, edges, hierarchy
from meshgait.training.memory import keep_freed_memory

PACKAGES = ("meshgait", "torch", "numpy", "numba", "torch_geometric", "scipy")
WIDTHS = (3, 16, 32, 64, 128)
LAYERS = {
    "GCN": (graph.GraphConvolution, pyg.GCNConv),
    "Chebyshev 3": (partial(graph.Chebyshev, order=3), partial(pyg.ChebConv, K=3)),
    "Chebyshev 6": (partial(graph.Chebyshev, order=6), partial(pyg.ChebConv, K=6)),
    "GAT": (graph.GraphAttention, lambda c, d: pyg.GATConv(c, d // 4, 4)),
    "FeaSt": (graph.FeatureSteered, partial(pyg.FeaStConv, heads=4)),
}


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=8)
    parser.add_argument("--frames", type=int, default=30, help="of each clip")
    parser.add_argument("--layers", nargs="+", choices=LAYERS, default=["GCN", "Chebyshev 3"])
    parser.add_argument("--seconds", type=float, default=2.0, help="for each figure")
    parser.add_argument("--quick", action="store_true", help="1 clip of 4 frames, 0.1 seconds")
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args(argv)
    if options.quick:
        options.clips, options.frames, options.seconds = 1, 4, 0.1
    keep_freed_memory()
    report = {"machine": machine(), "versions": versions(PACKAGES), "rows": []}
    for name in ("machine", "versions"):
        print(f"{name}: {report[name]}")
    body = Body.embedded()
    x = body.layer.v_template.float().expand(options.clips, options.frames, -1, -1)
    x = x + 0.01 * torch.randn(x.shape)
    levels = hierarchy(body.faces.numpy(), body.layer.v_template.double().numpy())
    print(
        f"\n{'layer':>12} {'PyG frames/s':>22} {'meshgait frames/s':>26} {'times':>6} {'error':>8}"
    )
    for name in options.layers:
        report["rows"].append(compare(name, levels, x, options.seconds))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


def compare(name, levels, x, seconds):
    frames = x.shape[0] * x.shape[1]
    ours, theirs = Ours(LAYERS[name][0], levels), Theirs(LAYERS[name][1], levels, frames)
    for one, other in zip(ours.layers, theirs.layers, strict=True):
        one.load_state_dict(other.state_dict())
    with torch.no_grad():
        error = float((ours(x) - theirs(x)).abs().max())
    other, own = speeds([partial(train, theirs, x), partial(train, ours, x)], frames, seconds)
    row = {"layer": name, "clips": x.shape[0], "frames": x.shape[1], "pyg": other, "meshgait": own}
    row |= {"times": own["median"] / other["median"], "largest_error": error}
    figures = (f"{r['median']:,.1f} ({r['low']:,.1f} - {r['high']:,.1f})" for r in (other, own))
    print(f"{name:>12} {next(figures):>22} {next(figures):>26} {row['times']:6.1f} {error:8.1e}")
    return row


def train(network, x):
    """One step without the optimiser."""
    for weight in network.parameters():
        weight.grad = None
    network(x).square().mean().backward()


class Ours(torch.nn.Module):
    """The encoder on (B, T, V, C)."""

    def __init__(self, make, levels):
        super().__init__()
        near = [adjacency(edges(level.faces), len(level.vertices)) for level in levels]
        widths = zip(WIDTHS, WIDTHS[1:], near, strict=False)
        self.layers = torch.nn.ModuleList(make(c, d, links) for c, d, links in widths)
        self.norms = torch.nn.ModuleList(torch.nn.LayerNorm(d) for d in WIDTHS[1:])
        self.down = torch.nn.ModuleList(graph.SparseMap(level.down) for level in levels[1:])

    def forward(self, x):
        """One vector (B, T, C) per frame."""
        for i, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            x = silu(norm(layer(x)))
            x = self.down[i](x) if i < len(self.down) else x
        return x.mean(2)


class Theirs(torch.nn.Module):
    """The encoder on one disconnected batch of all frames."""

    def __init__(self, make, levels, frames):
        super().__init__()
        self.layers = torch.nn.ModuleList(make(c, d) for c, d in pairwise(WIDTHS))
        self.norms = torch.nn.ModuleList(torch.nn.LayerNorm(d) for d in WIDTHS[1:])
        self.links, self.groups, self.last = [], [], len(levels[-1].vertices)
        for level in levels:
            pair = torch.from_numpy(edges(level.faces)).T
            step = len(level.vertices) * torch.arange(frames)[:, None, None]
            both = torch.cat([pair, pair.flip(0)], dim=1)
            self.links.append((step + both).permute(1, 0, 2).flatten(1).contiguous())
        for level in levels[1:]:
            down, (rows, columns) = level.down.tocoo(), level.down.shape
            n = torch.arange(frames)[:, None]
            index = [torch.from_numpy(part) + n * size for part, size in
                     zip(down.coords, (rows, columns), strict=True)]  # fmt: skip
            value = torch.from_numpy(down.data).float().expand(frames, -1).reshape(-1, 1)
            self.groups.append((index[0].flatten(), index[1].flatten(), value, rows * frames))

    def forward(self, x):
        """One vector (B, T, C) per frame."""
        shape, x = x.shape, x.flatten(0, 2)
        for i, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            x = silu(norm(layer(x, self.links[i])))
            if i < len(self.groups):
                row, column, value, count = self.groups[i]
                x = x.new_zeros(count, x.shape[1]).index_add(0, row, value * x[column])
        return x.reshape(*shape[:2], self.last, -1).mean(2)


if __name__ == "__main__":
    main()
