"""Layers of PyTorch Geometric on many frames: a loop over the frames is the definition."""

import copy
import pickle

import pytest
import torch
import trimesh
from torch import nn
from torch.testing import assert_close
from torch_geometric import nn as pyg
from torch_geometric.nn.conv import spline_conv

from meshgait.errors import ConfigError, ShapeError
from meshgait.nn.graph import Shared
from meshgait.operators import edges
from tests.tolerance import rounding

BALL = trimesh.creation.icosphere(1)
V = len(BALL.vertices)
PAIR = torch.from_numpy(edges(BALL.faces)).T
EDGES = torch.cat([PAIR, PAIR.flip(0)], dim=1)
E = EDGES.shape[1]
TERMS = 4 * 7 * 8 + V  # four times over the 7 vertices near one with 8 channels, or all vertices


def two_layers(width, activation=nn.ReLU):
    return nn.Sequential(nn.Linear(width, 8), activation(), nn.Linear(8, 8))


def spline_basis(pseudo, kernel_size, is_open_spline, degree):
    """Linear B-splines on a grid: weights and numbers of the corners of the cell of each edge."""
    assert degree == 1
    assert bool(is_open_spline.all())
    place = pseudo * (kernel_size - 1)
    cell = place.floor().long().clamp(max=kernel_size - 2)
    share, number = pseudo.new_ones(len(pseudo), 1), torch.zeros(len(pseudo), 1).long()
    stride = 1
    for axis, size in enumerate(kernel_size.tolist()):
        rest = (place - cell)[:, axis : axis + 1]
        share = torch.cat([share * (1 - rest), share * rest], dim=1)
        low = number + stride * cell[:, axis : axis + 1]
        number, stride = torch.cat([low, low + stride], dim=1), stride * size
    return share, number


def spline_weighting(x, weight, share, number):
    return torch.einsum("ec,es,esco->eo", x, share, weight[number])


@pytest.fixture(autouse=True)
def splines(monkeypatch):
    """SplineConv is PyTorch Geometric's; two kernels of it are not on PyPI."""
    monkeypatch.setattr(spline_conv, "spline_basis", spline_basis)
    monkeypatch.setattr(spline_conv, "spline_weighting", spline_weighting)


def rows(*shape):
    return torch.rand(E, *shape)


DEGREES = torch.bincount(torch.bincount(EDGES[1]))
# How each is made, what it is called with beside features and edges, and how it is run.
LAYERS = {
    "GCNConv": (lambda: pyg.GCNConv(6, 8), (), "ours"),
    "GCNConv, lazy": (lambda: pyg.GCNConv(-1, 8), (), "ours"),
    "GCNConv, not normalised": (lambda: pyg.GCNConv(6, 8, normalize=False), (), "native"),
    "GCNConv, weighted": (lambda: pyg.GCNConv(6, 8), (rows(),), "native"),
    "ChebConv": (lambda: pyg.ChebConv(6, 8, 3), (), "ours"),
    "ChebConv, by rows": (lambda: pyg.ChebConv(6, 8, 3, normalization="rw"), (), "native"),
    "GATConv": (lambda: pyg.GATConv(6, 4, 2), (), "ours"),
    "GATConv, mean of heads": (lambda: pyg.GATConv(6, 8, 2, concat=False), (), "united"),
    "GATConv, dropout": (lambda: pyg.GATConv(6, 4, 2, dropout=0.5), (), "united"),
    "GATv2Conv": (lambda: pyg.GATv2Conv(6, 4, 2), (), "ours"),
    "GATv2Conv, of edges": (lambda: pyg.GATv2Conv(6, 4, 2, edge_dim=2), (rows(2),), "united"),
    "FeaStConv": (lambda: pyg.FeaStConv(6, 8, 4), (), "ours"),
    "EdgeConv": (lambda: pyg.EdgeConv(two_layers(12)), (), "native"),
    "EdgeConv, SiLU": (lambda: pyg.EdgeConv(two_layers(12, nn.SiLU)), (), "ours"),
    "EdgeConv, SiLU, mean": (
        lambda: pyg.EdgeConv(two_layers(12, nn.SiLU), aggr="mean"), (), "native"),
    "SAGEConv": (lambda: pyg.SAGEConv(6, 8), (), "native"),
    "SAGEConv, several": (lambda: pyg.SAGEConv(6, 8, aggr=["max", "std"]), (), "native"),
    "GINConv": (lambda: pyg.GINConv(two_layers(6)), (), "native"),
    "GINConv, batch norm": (
        lambda: pyg.GINConv(nn.Sequential(nn.Linear(6, V), nn.BatchNorm1d(V))), (), "united"),
    "GINEConv": (lambda: pyg.GINEConv(two_layers(6), edge_dim=3), (rows(3),), "native"),
    "SplineConv": (lambda: pyg.SplineConv(6, 8, dim=2, kernel_size=3), (rows(2),), "united"),
    "TransformerConv": (
        lambda: pyg.TransformerConv(6, 4, 2, edge_dim=2), (rows(2),), "united"),
    "GraphConv": (lambda: pyg.GraphConv(6, 8), (), "native"),
    "TAGConv": (lambda: pyg.TAGConv(6, 8), (), "native"),
    "GMMConv": (lambda: pyg.GMMConv(6, 8, dim=2, kernel_size=3), (rows(2),), "united"),
    "NNConv": (lambda: pyg.NNConv(6, 8, nn.Linear(3, 48)), (rows(3),), "united"),
    "RGCNConv": (lambda: pyg.RGCNConv(6, 8, 3), (torch.arange(E) % 3,), "united"),
    "PNAConv": (
        lambda: pyg.PNAConv(6, 8, ["mean", "max"], ["identity", "attenuation"], DEGREES), (),
        "united"),
    "GENConv": (lambda: pyg.GENConv(6, 8), (), "united"),
    "GatedGraphConv": (lambda: pyg.GatedGraphConv(8, 2), (), "united"),
    "DirGNNConv": (lambda: pyg.DirGNNConv(pyg.SAGEConv(6, 8)), (), "native"),
    "GPSConv": (
        lambda: pyg.GPSConv(6, pyg.GINConv(nn.Linear(6, 6)), heads=2, norm=None), (),
        "frame by frame"),
    "a network": (lambda: pyg.GCN(6, 8, num_layers=2), (), "native"),
}  # fmt: skip


def features(*lead, channels=6):
    return torch.randn(*lead, V, channels)


@pytest.mark.filterwarnings("ignore:We do not recommend")
@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_gives_what_it_gives_frame_by_frame(name):
    make, more, way = LAYERS[name]
    conv = make().eval()
    layer, x = Shared(conv), features(2, 2)
    found = layer(x, EDGES, *more)
    expected = torch.stack([conv(frame, EDGES, *more) for frame in x.flatten(0, 1)])
    assert_close(found.flatten(0, 1), expected, **rounding(torch.float32, TERMS, expected))
    assert layer.way == way
    slope = torch.randn_like(found)
    weights = list(layer.parameters())
    own = torch.autograd.grad(found, weights, slope, allow_unused=True)
    other = torch.autograd.grad(expected, weights, slope.flatten(0, 1), allow_unused=True)
    largest = max(two.abs().max() for two in other if two is not None)  # what softmax leaves of 0
    for one, two in zip(own, other, strict=True):
        if two is not None:
            assert_close(one, two, **rounding(torch.float32, 4 * V * TERMS, largest))


def test_in_training_the_random_numbers_and_statistics_are_those_of_one_graph():
    for name in ("GATConv, dropout", "GINConv, batch norm"):
        conv = LAYERS[name][0]().train()
        torch.manual_seed(1)
        found = Shared(copy.deepcopy(conv))(x := features(3, channels=6), EDGES)
        torch.manual_seed(1)
        features(3, channels=6)
        many = torch.cat([EDGES + V * n for n in range(3)], dim=1)
        assert_close(found.flatten(0, 1), conv(x.flatten(0, 1), many))


def test_trying_draws_no_random_numbers_and_changes_no_statistics():
    layer = Shared(LAYERS["GINConv, batch norm"][0]()).eval()
    before = copy.deepcopy(layer.state_dict())
    x, state = features(2), torch.get_rng_state()
    layer(x, EDGES)
    assert torch.equal(torch.get_rng_state(), state)
    assert_close(layer.state_dict(), before)


def test_what_every_frame_has_of_its_own_stays_with_it():
    x, start, places, lengths = features(2, 2), features(2, 2), features(2, 2, channels=3), None
    lengths = torch.rand(2, 2, E, 2)
    residual, points = pyg.GCN2Conv(6, 0.1), pyg.PointNetConv(two_layers(9))
    weighted = pyg.GATv2Conv(6, 4, 2, edge_dim=2)
    for conv, given in (
        (residual, (x, start, EDGES)), (points, (x, places, EDGES)), (weighted, (x, EDGES, lengths))
    ):  # fmt: skip
        found = Shared(conv)(*given)
        expected = conv(*(value if value is EDGES else value[1, 0] for value in given))
        assert_close(found[1, 0], expected, **rounding(torch.float32, TERMS, expected))


def test_other_edges_and_edges_changed_in_place_are_seen():
    layer, x, mine = Shared(pyg.GCNConv(6, 8)), features(2), EDGES.clone()
    layer(x, mine)
    for change in (EDGES[:, : E // 2], mine.fill_(3)):
        expected = layer.conv(x[1], change)
        assert_close(layer(x, change)[1], expected, **rounding(torch.float32, TERMS, expected))


def test_float64_stays_as_sharp_as_the_layer_itself():
    for name in ("GCNConv", "FeaStConv", "GATConv"):
        layer, x = Shared(LAYERS[name][0]().double()), features(2).double()
        expected = torch.stack([layer.conv(frame, EDGES) for frame in x])
        assert_close(layer(x, EDGES), expected, **rounding(torch.float64, TERMS, expected))


def test_one_frame_none_and_no_leading_dimension():
    layer = Shared(pyg.SAGEConv(6, 8))
    assert layer(features(2, 0), EDGES).shape == (2, 0, V, 8)
    x = features()
    assert_close(layer(x, EDGES), layer.conv(x, EDGES))
    assert_close(layer(x[None], EDGES)[0], layer.conv(x, EDGES))


def test_it_is_trained_kept_and_copied_as_the_layer_itself():
    layer, x = Shared(pyg.GCNConv(6, 8)), features(2)
    layer(x, EDGES)
    assert layer.way == "ours"
    assert {name.removeprefix("conv.") for name in layer.state_dict()} == set(
        layer.conv.state_dict()
    )
    for again in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        with torch.no_grad():
            again.conv.bias += 1
        assert_close(again(x, EDGES), layer(x, EDGES) + 1)
        assert_close(again.double()(x.double(), EDGES).float(), layer(x, EDGES) + 1)


@pytest.mark.parametrize("name", ["GCNConv", "SAGEConv", "FeaStConv"])
def test_once_called_it_can_be_exported(name):
    layer, x = Shared(LAYERS[name][0]()).eval(), features(1, 2)
    expected = layer(x, EDGES)
    program = torch.export.export(layer, (x, EDGES))
    found = program.module()(x, EDGES)
    assert_close(found, expected, **rounding(torch.float32, TERMS, expected))


@pytest.mark.usefixtures("unchecked")
def test_what_cannot_be_is_refused_in_one_sentence():
    layer = Shared(pyg.SAGEConv(6, 8))
    with pytest.raises(ShapeError, match="name vertices 0 to 41, and the features are of 40"):
        layer(torch.zeros(2, 40, 6), EDGES)
    with pytest.raises(ShapeError, match=r"SAGEConv cannot be called with x \(42, 5\), \(2, 240\)"):
        layer(features(2, channels=5), EDGES)
    with pytest.raises(ShapeError, match="one edge_index for all frames"):
        layer(features(2), EDGES.expand(2, 2, E))
    with pytest.raises(ShapeError, match=r"features are \(\*, V, C\), got a tuple"):
        layer((features(2), features(2)), EDGES)
    with pytest.raises(ConfigError, match="cached=False"):
        Shared(pyg.GCNConv(6, 8, cached=True))
    with pytest.raises(ShapeError, match="but got tuple"):
        Shared(pyg.GATConv(6, 8))(features(2), EDGES, return_attention_weights=True)
