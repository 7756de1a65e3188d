"""Every graph layer: PyTorch Geometric's on one disconnected batch is the definition."""

import copy
import pickle

import pytest
import torch
import trimesh
from torch.testing import assert_close
from torch_geometric import nn as pyg

from meshgait.errors import ConfigError, ShapeError
from meshgait.nn import graph
from meshgait.nn.graph import sparse_map
from meshgait.operators import adjacency, edges, spirals
from tests.tolerance import rounding

BALL = trimesh.creation.icosphere(1)
COUNT = len(BALL.vertices)
NEAR = adjacency(edges(BALL.faces), COUNT)
PAIRS = [
    (graph.GraphConvolution(6, 8, NEAR), pyg.GCNConv(6, 8)),
    (graph.GraphConvolution(8, 4, NEAR), pyg.GCNConv(8, 4)),
    (graph.Chebyshev(6, 8, NEAR, order=1), pyg.ChebConv(6, 8, 1)),
    (graph.Chebyshev(6, 8, NEAR, order=4), pyg.ChebConv(6, 8, 4)),
    (graph.GraphAttention(6, 8, NEAR), pyg.GATConv(6, 2, 4)),
    (graph.GraphAttentionV2(6, 8, NEAR), pyg.GATv2Conv(6, 2, 4)),
    (graph.FeatureSteered(6, 8, NEAR), pyg.FeaStConv(6, 8, 4)),
    (graph.EdgeConvolution(6, 8, NEAR), pyg.EdgeConv(torch.nn.Sequential(
        torch.nn.Linear(12, 8), torch.nn.SiLU(), torch.nn.Linear(8, 8)))),
]  # fmt: skip
# Four times over the 7 vertices near one, each with its 8 channels, or over 42 vertices.
TERMS = 4 * 7 * 8 + COUNT
LAYERS = [ours for ours, _ in PAIRS] + [
    graph.Spiral(6, 8, spirals(BALL.faces, BALL.vertices, 9)),
    graph.Diffusion(6, BALL.faces, BALL.vertices, eigenfunctions=12),
]


def name_of(layer):
    return type(layer).__name__


def width(layer):
    return 8 if layer is PAIRS[1][0] else 6


def disconnected(frames):
    """The edges of every frame, as PyTorch Geometric wants them."""
    pair = torch.from_numpy(edges(BALL.faces)).T
    both = torch.cat([pair, pair.flip(0)], dim=1)
    return torch.cat([both + COUNT * n for n in range(frames)], dim=1)


@pytest.fixture(params=[True, False], ids=["numba", "torch"])
def with_kernels(request, monkeypatch):
    if not request.param:
        for module in (sparse_map, graph.neighbourhood):
            monkeypatch.setattr(module, "has_kernels", lambda _: False)


@pytest.mark.usefixtures("with_kernels")
@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=name_of)
def test_the_values_and_gradients_are_those_of_one_disconnected_batch(ours, theirs):
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 3, COUNT, width(ours), requires_grad=True)
    found, expected = ours(x), theirs(x.flatten(0, 2), disconnected(6)).reshape(2, 3, COUNT, -1)
    assert_close(found, expected, **rounding(torch.float32, TERMS, expected))
    slope = torch.randn_like(found)
    own = torch.autograd.grad(found, [x, *ours.parameters()], slope)
    names = [name for name, _ in ours.named_parameters()]
    named = dict(theirs.named_parameters())
    other = torch.autograd.grad(expected, [x, *(named[name] for name in names)], slope)
    for one, two in zip(own, other, strict=True):
        assert_close(one, two, **rounding(torch.float32, TERMS * x[..., 0].numel(), two))


@pytest.mark.parametrize("layer", LAYERS, ids=name_of)
def test_frames_do_not_see_each_other(layer):
    x = torch.randn(2, 3, COUNT, width(layer))
    alone = torch.stack([layer(frame[None, None])[0, 0] for frame in x.flatten(0, 1)])
    assert_close(layer(x).flatten(0, 1), alone, **rounding(torch.float32, TERMS, alone))


@pytest.mark.usefixtures("with_kernels")
@pytest.mark.parametrize("layer", LAYERS, ids=name_of)
def test_leading_dimensions_are_free(layer):
    x = torch.randn(2, 3, COUNT, width(layer))
    expected = layer(x)
    exact = rounding(torch.float32, TERMS, expected)
    assert_close(layer(x.flatten(0, 1)), expected.flatten(0, 1), **exact)
    assert_close(layer(x[None]), expected[None], **exact)
    assert_close(layer(x[1, 2]), expected[1, 2], **exact)


@pytest.mark.parametrize("layer", LAYERS, ids=name_of)
def test_a_layer_survives_copies_pickles_and_knows_its_own_state(layer):
    x = torch.randn(1, 2, COUNT, width(layer))
    assert {name for name, _ in layer.named_parameters()} == set(layer.state_dict())
    for again in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert_close(again(x), layer(x))


@pytest.mark.parametrize("layer", LAYERS, ids=name_of)
def test_a_layer_can_be_exported(layer):
    x = torch.randn(1, 2, COUNT, width(layer))
    program = torch.export.export(layer, (x,))
    expected = layer(x)
    assert_close(program.module()(x), expected, **rounding(torch.float32, TERMS, expected))


@pytest.mark.parametrize("layer", LAYERS, ids=name_of)
@pytest.mark.usefixtures("unchecked")
def test_another_number_of_vertices_is_refused_in_one_sentence(layer):
    with pytest.raises(ShapeError, match=f"made for .*{COUNT}"):
        layer(torch.zeros(1, 2, COUNT + 1, width(layer)))


@pytest.mark.parametrize("layer", [ours for ours, _ in PAIRS], ids=name_of)
def test_the_order_of_vertices_does_not_matter(layer):
    shuffle = torch.randperm(COUNT)
    moved = NEAR[shuffle.numpy()][:, shuffle.numpy()]
    renamed = type(layer)(*_sizes(layer), moved, **_options(layer))
    renamed.load_state_dict(layer.state_dict())
    x = torch.randn(2, 1, COUNT, width(layer))
    expected = layer(x)[:, :, shuffle]
    assert_close(renamed(x[:, :, shuffle]), expected, **rounding(torch.float32, TERMS, expected))


def _sizes(layer):
    return (8, 4) if layer is PAIRS[1][0] else (6, 8)


def _options(layer):
    return {"order": len(layer.lins)} if isinstance(layer, graph.Chebyshev) else {}


def test_a_block_keeps_the_shape_and_reaches_every_weight():
    block = graph.GraphBlock(graph.GraphConvolution(6, 8, NEAR), 6, 8)
    found = block(torch.randn(2, 3, COUNT, 6))
    assert found.shape == (2, 3, COUNT, 8)
    found.square().sum().backward()
    assert all(weight.grad.abs().sum() > 0 for weight in block.parameters())


def test_heads_and_orders_that_make_no_sense_are_refused():
    with pytest.raises(ConfigError, match="cannot be shared by 3 heads"):
        graph.GraphAttention(6, 8, NEAR, heads=3)
    with pytest.raises(ConfigError, match="at least one head"):
        graph.FeatureSteered(6, 8, NEAR, heads=0)
    with pytest.raises(ConfigError, match="at least 1"):
        graph.Chebyshev(6, 8, NEAR, order=0)
