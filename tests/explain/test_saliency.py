import numpy as np
import pytest
import torch

from meshgait.body import Body
from meshgait.data.preparation.drawings import decode_estimate
from meshgait.errors import ConfigError, DataError
from meshgait.explain import (
    body_saliency,
    contour_saliency,
    part_distances,
    pixel_saliency,
    similarity,
)
from meshgait.metrics import part_distance
from meshgait.models import SLN, SMPLGait
from meshgait.sequence import GaitSequence


def probe(frames=2):
    generator = np.random.default_rng(0)
    silhouette = (generator.random((frames, 64, 44)) > 0.5).astype(np.uint8) * 255
    smpl = 0.1 * generator.standard_normal((frames, 85)).astype(np.float32)
    smpl[:, 3:6] = [np.pi, 0, 0]  # upright in a camera whose y is down
    return GaitSequence("a", "normal", "000", {"silhouette": silhouette, "smpl": smpl})


def network(kind):
    torch.manual_seed(0)
    model = kind(kind.Config(width=1 / 16)).eval()
    return model, torch.randn(model.embedding_shape)


def tensors(clip):
    frames = {name: torch.from_numpy(array) for name, array in clip.frames.items()}
    return frames | {"silhouette": frames["silhouette"].float() / 255}


def test_the_distances_of_parts_have_the_distance_as_their_mean():
    probes, others = torch.randn(3, 5, 4), torch.randn(6, 5, 4)
    found = torch.stack([part_distances(one, others).mean(1) for one in probes])
    torch.testing.assert_close(found, part_distance(probes, others, "cosine"))


def test_a_contour_without_estimates_is_a_sentence():
    model, target = network(SLN)
    with pytest.raises(DataError, match="has no smpl, only silhouette"):
        contour_saliency(model, probe().only(["silhouette"]), target, Body.embedded())


def test_the_saliency_of_a_pixel_is_the_slope_of_the_similarity():
    (model, target), clip = network(SLN), probe()
    found = pixel_saliency(model, clip, target)
    frame, row, column = np.unravel_index(int(found.argmax()), found.shape)
    model, frames = model.double(), {"silhouette": tensors(clip)["silhouette"].double()}
    values = []
    for step in (-1e-5, 1e-5):
        changed = frames["silhouette"].clone()
        changed[frame, row, column] += step
        values.append(similarity(model, {"silhouette": changed}, target.double()))
    slope = abs((values[1] - values[0]).item()) / 2e-5
    assert slope == pytest.approx(float(found.max()), rel=1e-3)


def test_only_the_contour_of_the_body_reaches_the_silhouettes():
    (model, target), body = network(SLN), Body.embedded()
    found = contour_saliency(model, probe(), target, body)
    assert found.shape == (2, len(body.weights))
    share = (found > 0).float().mean()
    assert 0.01 < share < 0.7


def test_the_body_moves_along_the_gradient_of_the_similarity():
    """The first-order way of every vertex, from the derivative of the decoder by smplx."""
    (model, target), body, clip = network(SMPLGait), Body.embedded(), probe()
    found = body_saliency(model, clip, target, body)
    frames = tensors(clip)
    smpl = frames["smpl"].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(similarity(model, {**frames, "smpl": smpl}, target), smpl)
    gradient[:, :6] = 0
    step = 1e-3 / gradient.norm(dim=-1, keepdim=True) * gradient
    with torch.no_grad():
        ways = [decode_estimate(frames["smpl"] + sign * step, body).vertices for sign in (1, -1)]
    central = (ways[0] - ways[1]).norm(dim=-1) / 2e-3 * gradient.norm(dim=-1, keepdim=True)
    torch.testing.assert_close(found, central, rtol=0.02, atol=float(0.02 * found.max()))


def test_a_network_that_sees_no_body_has_no_saliency_on_it():
    model, target = network(SLN)
    with pytest.raises(ConfigError, match="SLN reads silhouette, so nothing leads to smpl"):
        body_saliency(model, probe(), target, Body.embedded())
