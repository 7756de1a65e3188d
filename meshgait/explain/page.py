"""A page of probes with their matches, and what made the network think them alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from meshgait.body import Body
from meshgait.camera import Camera
from meshgait.data.preparation.drawings import decode_estimate
from meshgait.data.recorded import Recorded
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.errors import ConfigError
from meshgait.evaluation import Embeddings, embed
from meshgait.explain.saliency import (
    body_saliency,
    contour_saliency,
    part_distances,
    pixel_saliency,
    smooth,
)
from meshgait.nn import Network
from meshgait.render import shade
from meshgait.sequence import GaitSequence
from meshgait.visualization.document import Figure, Part, Section
from meshgait.visualization.report import (
    draw_pictures,
    draw_retrieval,
    plot_curves,
    write_report,
)

_SIDES = (0.0, 90.0, 180.0, 270.0)
_CALM, _HOT = (0.82, 0.84, 0.88), (0.85, 0.10, 0.08)
_MATCHES = 4


def write_explanation(
    model: Network,
    data: SyntheticGait | Recorded,
    out: str | Path,
    *,
    probes: int = 3,
    command: str = "meshgait explain CHECKPOINT",
) -> Path:
    """Explain `model` by some probes of `data`; returns the page's path."""
    if probes < 1:
        raise ConfigError(f"probes must be 1 or more, got {probes}")
    embeddings = embed(model, data)
    all_probes, gallery = data.protocol.split(data.records)
    places = np.linspace(0, len(all_probes) - 1, min(probes, len(all_probes)))
    chosen = all_probes[places.round().astype(int)]
    figures: list[Part] = []
    for number, probe in enumerate(chosen.tolist(), start=1):
        figures.append(Section(f"Probe {number}"))
        figures += _explain(model, data, embeddings, probe, gallery, number)
    return write_report(
        out,
        title=f"What {type(model).__name__} looks at",
        lead=(
            "For each probe its nearest clips; how far every part of the embedding is from theirs; "
            "and what, in the probe, would change the similarity to its first match fastest: red "
            "is much, grey is little."
        ),
        table=[],
        figures=figures,
        command=command,
        foot="Next: meshgait evaluate CHECKPOINT, for the scores of all probes.",
    )


def _explain(
    model: Network,
    data: SyntheticGait | Recorded,
    embeddings: Embeddings,
    probe: int,
    gallery: np.ndarray,
    number: int,
) -> list[Figure]:
    apart = part_distances(embeddings.values[probe], embeddings.values[gallery])
    order = apart.mean(1).argsort(stable=True)[:_MATCHES].numpy()
    nearest = gallery[order]
    subject = data.records[probe].subject
    same = [data.records[i].subject == subject for i in nearest]
    figures = []
    sequence = data[probe]
    clips = [data[int(i)].frames.get("silhouette") for i in (probe, *nearest)]
    shown = [clip for clip in clips if clip is not None]
    if len(shown) == len(clips):
        figures.append(
            draw_retrieval(
                [shown], [same], name=f"probe{number}_matches",
                caption=f"Probe {number} and its nearest: green with ✓ is the same person, red "
                "with ✗ another.",
            )
        )  # fmt: skip
    parts = np.arange(1, apart.shape[1] + 1).tolist()
    curves = {
        f"match {k} ({'same' if good else 'other'} person)": (parts, apart[row].tolist())
        for k, (row, good) in enumerate(zip(order, same, strict=True), start=1)
    }
    if len(parts) > 1:
        figures.append(
            plot_curves(
                curves, x="part of the embedding", y="1 - cosine", name=f"probe{number}_parts",
                caption=f"How far each part of probe {number} is from its matches.",
            )
        )  # fmt: skip
    return figures + _saliency(model, sequence, embeddings.values[int(nearest[0])], number)


def _saliency(
    model: Network, sequence: GaitSequence, target: Float[Tensor, "P C"], number: int
) -> list[Figure]:
    body, figures = Body.embedded(), []
    if "silhouette" in model.inputs:
        figures.append(_draw_pixels(sequence, pixel_saliency(model, sequence, target), number))
    if "silhouette" in model.inputs and "smpl" in sequence.frames:
        values = contour_saliency(model, sequence, target, body)
        text = "through the silhouettes, drawn anew from the SMPL estimates (contours only)"
        figures.append(_draw_body(sequence, values, body, f"probe{number}_contour", text))
    if "smpl" in model.inputs:
        values = body_saliency(model, sequence, target, body)
        text = "through the SMPL parameters: how far the gradient moves every vertex"
        figures.append(_draw_body(sequence, values, body, f"probe{number}_body", text))
    return figures


def _draw_pixels(
    sequence: GaitSequence, values: Float[Tensor, "T H W"], number: int, shown: int = 8
) -> Figure:
    frames = np.linspace(0, len(values) - 1, shown).round().astype(int)
    grey = torch.from_numpy(np.array(sequence.frames["silhouette"]))[frames] / 255
    base = 0.15 + 0.6 * grey[..., None].expand(-1, -1, -1, 3)
    heat = _heat(values)[frames][..., None]
    picture = (1 - heat) * base + heat * torch.tensor(_HOT)
    enlarged = picture.repeat_interleave(3, 1).repeat_interleave(3, 2)
    return draw_pictures(
        (enlarged.clamp(0, 1) * 255).round().to(torch.uint8).numpy()[None],
        name=f"probe{number}_pixels",
        caption=f"Pixels of probe {number} that the similarity to its first match hangs on.",
        alt=f"{shown} silhouettes of probe {number} in grey, with red where a pixel matters much.",
    )


def _draw_body(
    sequence: GaitSequence, values: Float[Tensor, "T V"], body: Body, name: str, text: str
) -> Figure:
    """The clip's mean saliency on the body of its middle frame, from four sides."""
    smpl = torch.from_numpy(np.array(sequence.frames["smpl"]))
    mesh = decode_estimate(smpl[len(smpl) // 2 : len(smpl) // 2 + 1], body)
    heat = _heat(smooth(values.mean(0), mesh))[:, None]
    colors = (1 - heat) * torch.tensor(_CALM) + heat * torch.tensor(_HOT)
    upright = mesh.vertices[0] * torch.tensor([1.0, -1.0, -1.0])
    pictures = [_picture(upright, mesh.faces, colors, side) for side in _SIDES]
    return draw_pictures(
        np.stack(pictures)[None], name=name,
        caption=f"Mean over the clip {text}. As the camera saw it, and turned by quarters.",
        alt=f"One body from {len(_SIDES)} sides, grey, with red where its surface matters much.",
    )  # fmt: skip


def _picture(
    vertices: Tensor, faces: Tensor, colors: Float[Tensor, "V 3"], side: float
) -> UInt8[np.ndarray, "H W 3"]:
    camera = Camera.orbit(side, 0.0, 6.0, (260, 180), target=(0.0, -0.1, 0.0), fov_deg=20.0)
    return shade(vertices, faces, camera, color=colors).numpy()


def _heat(values: Tensor) -> Tensor:
    """From 0 to 1, which only the highest hundredth reaches."""
    top = torch.quantile(values[values > 0], 0.99) if bool((values > 0).any()) else 1.0
    return (values / top).clamp(0, 1).sqrt()
