from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import silu
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.errors import ConfigError
from meshgait.models import FusionGait, MeshNet
from meshgait.models.meshnet import MeshEncoder, body_levels
from meshgait.nn import Frames
from meshgait.operators import edges

SMALL = MeshNet.Config(width=1 / 16)
# Of the first level, channels of the levels; how many vertices all meshes have.
DEPTHS = [
    (256, (2,), [256, 16]),
    (256, (2, 3, 4, 5), [256, 64, 16, 4]),
    (431, (2, 3, 4), [431, 108, 27, 16]),
    (4, (2,), [4]),
]


def packed(clips, time):
    smpl = 0.3 * torch.randn(clips, time, 85)
    frames = Frames.of(smpl, None)
    return frames.pack(smpl), frames


@pytest.mark.parametrize(("vertices", "graph", "counts"), DEPTHS)
def test_levels_are_the_meshes_of_the_hierarchy_one_after_another(vertices, graph, counts):
    meshes = body_levels(vertices, len(graph))
    assert [len(mesh.kept) for mesh in meshes] == counts
    encoder = MeshEncoder(graph, vertices).double()
    x = torch.randn(3, vertices, 3).double()
    expected = x
    blocks = [module for module in encoder.levels if hasattr(module, "layer")]
    assert [block.norm.normalized_shape[0] for block in blocks] == list(graph)
    for level, mesh in enumerate(meshes):
        if level:
            expected = torch.from_numpy(mesh.down.toarray()) @ expected
        if level < len(graph):
            expected = densely(blocks[level], mesh, expected)
    assert_close(encoder.levels(x), expected, rtol=1e-5, atol=1e-6)
    smpl, frames = packed(2, 3)
    assert encoder(smpl.double(), frames).shape == (2, encoder.channels)


def densely(block, mesh, x):
    near = np.eye(len(mesh.kept))
    for a, b in edges(mesh.faces):
        near[a, b] = near[b, a] = 1
    root = near.sum(1) ** -0.5
    mean = torch.from_numpy(root[:, None] * near * root) @ x
    convolved = mean @ block.layer.lin.weight.T + block.layer.bias
    return silu(block.norm(convolved)) + block.shortcut(x)


@pytest.mark.parametrize(("vertices", "kept"), [(108, 108), (6890, 16)])
@torch.no_grad()
def test_moments_of_vertices_stand_beside_what_is_learnt(vertices, kept):
    """Of all, or of those of the first level with 256 at most."""
    encoder = MeshEncoder((2,), vertices).eval()
    smpl = 0.3 * torch.randn(5, 85)
    frames = Frames.of_lengths((5,), smpl.device)
    seen = []
    encoder.norm_out.register_forward_pre_hook(lambda _, x: seen.append(x[0][0]))
    encoder(smpl, frames)
    pose = torch.cat([torch.zeros(5, 3), smpl[:, 6:75]], dim=1)
    mesh = Body.embedded()(pose=pose, betas=smpl[:, 75:])
    level = next(mesh for mesh in body_levels(vertices, 1) if len(mesh.kept) == kept)
    points = (mesh.vertices - mesh.joints[:, :1])[:, level.kept].flatten(1)
    found = seen[0][-6 * (kept + 24) :]
    assert_close(found[: 3 * kept], points.mean(0), rtol=0, atol=1e-5)
    spread = points.std(0, correction=0)  # beside which the floor of deviations is a millimetre
    assert_close(found[3 * (kept + 24) : -72], spread, rtol=0, atol=1e-3)


def test_the_first_level_may_be_the_whole_body():
    (whole, fewer) = body_levels(6890, 1)
    assert np.array_equal(whole.faces, Body.embedded().faces.numpy())
    assert len(fewer.kept) == 16


@pytest.mark.parametrize("graph", [(16,), (16, 32, 32, 64)])
@pytest.mark.parametrize("time", ["shift", "dilated", "attention"])
def test_gradient_reaches_every_parameter_of_other_depths(graph, time):
    model = MeshNet(replace(SMALL, graph=graph, width=1.0, channels=8, time=time))
    model(0.3 * torch.randn(2, 5, 85)).square().sum().backward()
    assert not [name for name, p in model.named_parameters() if not p.grad.any()]


def test_fusiongait_has_its_options():
    config = FusionGait.Config(width=1 / 16, mesh=(32,), mesh_vertices=108, skeleton_parts=0)
    smpl = 0.3 * torch.randn(1, 6, 85)
    torch.manual_seed(0)
    for time, ordered in (("none", False), ("shift", True)):
        model = FusionGait(replace(config, mesh_time=time)).eval()
        (branch,) = model.branches
        assert branch.encoder.body.template.shape == (108, 3)
        seen = branch(smpl[0], Frames.of(smpl, None))
        backwards = branch(smpl[0].flip(0), Frames.of(smpl, None))
        assert torch.allclose(seen, backwards, rtol=1e-4, atol=1e-5) != ordered


@pytest.mark.parametrize(
    ("graph", "vertices", "says"),
    [
        ((), 256, "one level or more"),
        ((32, 0), 256, "1 channel or more"),
        ((32, 64, 128), 63, "begins with 64 to 6890 vertices, got 63"),
        ((32,), 6891, "begins with 4 to 6890 vertices"),
    ],
)
def test_levels_that_the_body_does_not_have_are_refused(graph, vertices, says):
    with pytest.raises(ConfigError, match=says):
        MeshNet.Config(graph=graph, vertices=vertices)
    with pytest.raises(ConfigError, match=says):
        FusionGait.Config(mesh=graph, mesh_vertices=vertices)
