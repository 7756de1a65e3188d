"""Why two clips look alike to a network: saliency on pixels and vertices, distances of parts."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import normalize

from meshgait.body import Body
from meshgait.data.preparation.drawings import decode_estimate
from meshgait.errors import ConfigError
from meshgait.mesh import Mesh
from meshgait.modalities import normalized_coverage
from meshgait.nn import Network
from meshgait.sequence import GaitSequence

_STEP = 1e-3  # of a vertex's way along the gradient, in the units of the parameters


def part_distances(
    probe: Float[Tensor, "P C"], others: Float[Tensor, "G P C"]
) -> Float[Tensor, "G P"]:
    """One minus the cosine of each part: their mean is the distance that ranks a gallery.

    >>> part_distances(torch.eye(2), torch.ones(1, 2, 2)).shape
    torch.Size([1, 2])
    """
    return 1 - (normalize(probe, dim=-1) * normalize(others, dim=-1)).sum(-1)


def similarity(
    model: Network, frames: dict[str, Tensor], target: Float[Tensor, "P C"]
) -> Float[Tensor, ""]:
    """Mean cosine, over the parts, of the embedding of one clip's frames (T, ...) and `target`."""
    embedding = model(**{name: frames[name][None] for name in model.inputs}, mask=None)[0]
    return 1 - part_distances(embedding, target[None].to(embedding)).mean()


def pixel_saliency(
    model: Network, probe: GaitSequence, target: Float[Tensor, "P C"]
) -> Float[Tensor, "T H W"]:
    """How fast the similarity to `target` changes with each pixel (0..1) of the silhouettes.

    Raises `ConfigError` for a network that sees no silhouettes.
    """
    _require_input(model, "silhouette")
    frames = _frames(probe)
    (gradient,) = _gradients(model, frames, target, ["silhouette"])
    return gradient.abs()


def contour_saliency(
    model: Network, probe: GaitSequence, target: Float[Tensor, "P C"], body: Body
) -> Float[Tensor, "T V"]:
    """How fast the similarity changes when a vertex moves, per metre, through the silhouettes.

    The probe's silhouettes are drawn anew from its SMPL estimates, from where the camera stood;
    only vertices at the contour can change them. Raises `DataError` where it has no estimates.
    """
    _require_input(model, "silhouette")
    frames = _frames(probe.only([*{*model.inputs, "smpl"}]))
    mesh = decode_estimate(frames["smpl"], body)
    points = mesh.vertices[..., :2].detach().requires_grad_()
    size = (frames["silhouette"].shape[-2], frames["silhouette"].shape[-1])
    drawn = normalized_coverage(points, mesh.faces, size)
    value = _evaluating(model, {**frames, "silhouette": drawn}, target)
    (gradient,) = torch.autograd.grad(value, points)
    return gradient.norm(dim=-1)


def body_saliency(
    model: Network, probe: GaitSequence, target: Float[Tensor, "P C"], body: Body
) -> Float[Tensor, "T V"]:
    """How far each vertex moves, per step along the gradient of the similarity by pose and shape.

    For networks that read SMPL parameters: where the body would change to look more like the
    other. In metres per unit of the parameters.
    """
    _require_input(model, "smpl")
    frames = _frames(probe)
    (gradient,) = _gradients(model, frames, target, ["smpl"])
    gradient[:, :6] = 0  # camera and root move the whole, and tell nothing of a part
    step = _STEP * gradient / gradient.norm(dim=-1, keepdim=True).clamp(min=1e-12)
    with torch.no_grad():
        before, after = (decode_estimate(frames["smpl"] + s, body) for s in (0 * step, step))
        way = (after.vertices - before.vertices).norm(dim=-1) / _STEP
        return way * gradient.norm(dim=-1, keepdim=True)


def smooth(values: Float[Tensor, "*batch V"], mesh: Mesh, rounds: int = 3) -> Tensor:
    """Means over neighbouring vertices, `rounds` times: for pictures, as contours are thin."""
    start, end = torch.cat([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]]).T
    count = torch.zeros_like(values).index_add(-1, end, torch.ones_like(values[..., start]))
    for _ in range(rounds):
        around = torch.zeros_like(values).index_add(-1, end, values[..., start])
        values = (values + around) / (count + 1)
    return values


def _frames(probe: GaitSequence) -> dict[str, Tensor]:
    arrays = {name: torch.from_numpy(np.array(array)) for name, array in probe.frames.items()}
    if "silhouette" in arrays:
        arrays["silhouette"] = arrays["silhouette"].float() / 255
    return arrays


def _gradients(
    model: Network, frames: dict[str, Tensor], target: Tensor, names: list[str]
) -> tuple[Tensor, ...]:
    leaves = {name: frames[name].clone().requires_grad_() for name in names}
    value = _evaluating(model, {**frames, **leaves}, target)
    return torch.autograd.grad(value, list(leaves.values()))


def _evaluating(model: Network, frames: dict[str, Tensor], target: Tensor) -> Tensor:
    was_training = model.training
    model.eval()
    value = similarity(model, frames, target)
    model.train(was_training)
    return value


def _require_input(model: Network, name: str) -> None:
    if name not in model.inputs:
        reads = " and ".join(model.inputs)
        raise ConfigError(f"{type(model).__name__} reads {reads}, so nothing leads to {name}")
