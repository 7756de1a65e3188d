"""Networks that pose a body in `forward`: their geometry is exact in every mode."""

import pytest
import torch

from meshgait.body.kinematics import PartialBody
from meshgait.models import FusionGait, MeshNet, PointNet, SkeletonGCN
from meshgait.render import coverage
from tests.modes import MODES

NETWORKS = [FusionGait, MeshNet, PointNet, SkeletonGCN]


def made(network):
    torch.manual_seed(0)
    return network(network.Config(width=1 / 16)).eval()


def posed(model):
    """What the bodies and pictures within a network are from now on."""
    found = []
    for part in model.modules():
        if isinstance(part, PartialBody):
            part.register_forward_hook(lambda _, __, out: found.extend(out))
    if isinstance(model, FusionGait):
        draw = model.draw
        model.draw = lambda body: found.append(draw(body)) or found[-1]
    return found


@pytest.mark.parametrize("network", NETWORKS)
@torch.no_grad()
def test_bodies_are_exact_while_layers_compute_in_half_precision(network):
    model, smpl = made(network), 0.3 * torch.randn(2, 5, 85)
    exact, half = posed(model), []
    model(smpl=smpl)
    count = len(exact)
    with torch.autocast("cpu", torch.bfloat16):
        output = model(smpl=smpl)
    exact, half = exact[:count], exact[count:]
    assert count == len(half) > 0
    assert output.dtype == torch.bfloat16
    for one, other in zip(exact, half, strict=True):
        assert torch.equal(one, other)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("mode", ["float64 by default", "inference_mode", "2 threads"])
@torch.no_grad()
def test_the_mode_of_the_caller_changes_no_embedding(network, mode):
    model, smpl = made(network), 0.3 * torch.randn(2, 5, 85)
    expected = model(smpl=smpl)
    with MODES[mode]():
        found = model(smpl=smpl)
        made(network)(smpl=smpl)
    assert found.dtype == expected.dtype
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5 * float(expected.abs().max()))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:The .grad attribute")
def test_pictures_of_the_compiled_are_those_of_the_plain():
    corners = torch.tensor([[1.0, 1.0], [6.0, 2.0], [2.0, 7.0]], requires_grad=True)

    def loss(points):
        return (coverage(2 * points, torch.tensor([[0, 1, 2]]), (16, 16)) ** 2).sum()

    torch.compiler.reset()
    (found,) = torch.autograd.grad(torch.compile(loss, backend="eager")(corners), corners)
    (expected,) = torch.autograd.grad(loss(corners), corners)
    assert torch.equal(found, expected)
