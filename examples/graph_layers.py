"""PyTorch Geometric's layers on all frames of a walk, and its loader on clips of walkers.

    python examples/graph_layers.py

`nn.graph.Shared` finds out how a layer can be run on many frames of one mesh: by one of ours with
the same weights, natively, or with the edges repeated. Needs `pip install 'meshgait[graph]'`.
"""

import argparse

import numpy as np
import torch
from torch import nn
from torch_geometric import nn as pyg
from torch_geometric.loader import DataLoader

from meshgait import SyntheticGait
from meshgait.body import Body
from meshgait.data.graphs import GaitGraphs
from meshgait.modalities import canonical_mesh
from meshgait.nn.graph import Shared
from meshgait.walker import Identity, walk

LAYERS = {
    "GCNConv": lambda: pyg.GCNConv(3, 16),
    "SAGEConv": lambda: pyg.SAGEConv(3, 16, aggr="max"),
    "EdgeConv": lambda: pyg.EdgeConv(nn.Sequential(nn.Linear(6, 16), nn.ReLU())),
    "GATv2Conv": lambda: pyg.GATv2Conv(3, 4, heads=4),
    "TransformerConv": lambda: pyg.TransformerConv(3, 4, heads=4),
}


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=30)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--cache", default=None)
    options = parser.parse_args(argv)

    body = Body.embedded()
    person = Identity.draw(np.random.default_rng(1))
    mesh = canonical_mesh(walk(body, person, frames=options.frames).motion.decode(body))
    edges = mesh[0].to_pyg().edge_index
    for name, make in LAYERS.items():
        layer = Shared(make())
        with torch.no_grad():
            features = layer(mesh.vertices, edges)  # (T, V, 3) -> (T, V, 16)
        print(f"{name:15}  {layer.way:8}  {tuple(features.shape)}")

    clips = GaitGraphs(SyntheticGait("train", identities=options.people, cache=options.cache))
    network = pyg.GCN(6, 16, num_layers=2)
    for batch in DataLoader(clips, batch_size=4, shuffle=True):
        joints = torch.cat([batch.x, batch.pos], dim=1)
        gait = pyg.global_mean_pool(network(joints, batch.edge_index), batch.batch)
        print(f"{batch.num_graphs} clips, {batch.num_nodes} joints of {len(set(batch.subject))} "
              f"people: {tuple(gait.shape)}")  # fmt: skip
        break


if __name__ == "__main__":
    main()
