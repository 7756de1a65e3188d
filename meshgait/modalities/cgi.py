"""Chrono-gait image: contours coloured by the moment of the step (Wang et al., TPAMI 2012).

The width of the lower legs swings between double support, widest, and mid stance, narrowest; from
one to the other is a quarter of the gait period. Green says half-way between the two, red the wide
end and blue the narrow one. The abstract of the paper is what we had; bands and colours are
as others recall them.
"""

from __future__ import annotations

import itertools

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import max_pool2d

from meshgait.errors import DataError, ShapeError
from meshgait.numerics import in_full_precision

_SHIN = (3 / 4, 15 / 16)  # rows between which the legs are measured, by the height
_SMOOTHING = 1.0  # frames
_LEAST_SWING = 0.25  # of the range of the width: smaller ups and downs are noise


@in_full_precision
def cgi(
    silhouette: Float[Tensor, "*batch T H W"],
    mask: Bool[Tensor, "*batch T"],
    *,
    phase: Float[Tensor, "*batch T"] | None = None,
) -> Float[Tensor, "*batch 3 H W"]:
    """Coloured contours summed over a gait period, averaged over the periods; red, green, blue.

    `silhouette` is normalised and in [0, 1], `mask` marks the real frames. The moments come from
    the width of the legs, or from `phase` (gait cycles, whole at heel strikes) where it is known,
    as it must be for walks towards the camera. Raises `DataError` for a walk of less than half a
    period by the width.
    """
    mask = mask.bool()
    if mask.shape != silhouette.shape[:-2]:
        raise ShapeError(f"mask is {tuple(mask.shape)}, silhouettes {tuple(silhouette.shape)}")
    if phase is None:
        wide, periods = _from_width(leg_width(silhouette), mask)
    else:
        wide, periods = _from_phase(phase, mask)
    used = (mask & ~wide.isnan())[..., None, None]
    outline = torch.where(used, contour(silhouette), 0.0)
    color = colors(wide.nan_to_num()).unsqueeze(-1)  # (*batch, T, 3, 1)
    summed = torch.einsum("...tcx,...thw->...chw", color, outline)
    return summed / periods[..., None, None, None]


def contour(silhouette: Float[Tensor, "*batch H W"]) -> Float[Tensor, "*batch H W"]:
    """What a silhouette has over its erosion by a cross: a line a pixel wide inside its edge.

    >>> import torch
    >>> contour(torch.ones(4, 4))
    tensor([[1., 1., 1., 1.],
            [1., 0., 0., 1.],
            [1., 0., 0., 1.],
            [1., 1., 1., 1.]])
    """
    flat = silhouette.reshape(-1, 1, *silhouette.shape[-2:])
    hole = torch.nn.functional.pad(1 - flat, (1, 1, 1, 1), value=1.0)
    down = max_pool2d(hole[..., 1:-1], (3, 1), stride=1)
    across = max_pool2d(hole[..., 1:-1, :], (1, 3), stride=1)
    eroded = 1 - torch.maximum(down, across)
    return (flat - eroded).clamp(min=0).reshape(silhouette.shape)


def leg_width(silhouette: Float[Tensor, "*batch T H W"]) -> Float[Tensor, "*batch T"]:
    """Pixels from the first to the last of a row, mean over the rows of the lower legs."""
    height, width = silhouette.shape[-2:]
    top, bottom = (round(share * height) for share in _SHIN)
    band = silhouette[..., top : max(bottom, top + 1), :] > 0.5
    column = torch.arange(width, device=silhouette.device)
    first = torch.where(band, column, width).amin(-1)
    last = torch.where(band, column, -1).amax(-1)
    return (last - first + 1).clamp(min=0).to(silhouette.dtype).mean(-1)


def colors(wide: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch 3"]:
    """Blue at 0, green at a half, red at 1, mixed between them.

    >>> import torch
    >>> colors(torch.tensor([0.0, 0.5, 0.75]))
    tensor([[0.0000, 0.0000, 1.0000],
            [0.0000, 1.0000, 0.0000],
            [0.5000, 0.5000, 0.0000]])
    """
    return torch.stack(
        [(2 * wide - 1).clamp(min=0), 1 - (2 * wide - 1).abs(), (1 - 2 * wide).clamp(min=0)], -1
    )


def _from_phase(
    phase: Float[Tensor, "*batch T"], mask: Bool[Tensor, "*batch T"]
) -> tuple[Float[Tensor, "*batch T"], Float[Tensor, "*batch"]]:
    """How wide the legs are by the gait cycle, 0 to 1, and the periods that the frames span."""
    if bool((~mask.any(-1)).any()):
        raise DataError("a sequence without a single kept frame has no chrono-gait image")
    wide = (2 * ((2 * phase) % 1) - 1).abs()
    start = torch.where(mask, phase, torch.inf).amin(-1)
    end = torch.where(mask, phase, -torch.inf).amax(-1)
    count = mask.sum(-1)
    return wide, (end - start) * count / (count - 1).clamp(min=1) + (count == 1)


def _from_width(
    width: Float[Tensor, "*batch T"], mask: Bool[Tensor, "*batch T"]
) -> tuple[Float[Tensor, "*batch T"], Float[Tensor, "*batch"]]:
    """The same from the widths; NaN before the first extreme and from the last one on."""
    lead, frames = mask.shape[:-1], mask.shape[-1]
    from scipy.ndimage import gaussian_filter1d

    wide = np.full((int(np.prod(lead)), frames), np.nan)
    periods = np.zeros(len(wide))
    real = mask.reshape(-1, frames).numpy(force=True)
    for index, clip in enumerate(width.detach().reshape(-1, frames).double().numpy(force=True)):
        kept = np.flatnonzero(real[index])
        signal = gaussian_filter1d(clip[kept], _SMOOTHING, mode="nearest") if len(kept) else kept
        ends = _extremes(signal)
        if len(ends) < 3:
            raise DataError(
                f"the legs of clip {index} show {max(len(ends) - 1, 0)} quarters of a gait period, "
                "needed are 2; give more frames, another view, or the phase"
            )
        for start, end in itertools.pairwise(ends):
            piece = np.arange(start, end)
            low, high = sorted((signal[start], signal[end]))
            wide[index, kept[piece]] = ((signal[piece] - low) / (high - low)).clip(0, 1)
        periods[index] = (len(ends) - 1) / 4
    shaped = torch.from_numpy(wide).to(width), torch.from_numpy(periods).to(width)
    return shaped[0].reshape(mask.shape), shaped[1].reshape(lead)


def _extremes(signal: np.ndarray) -> np.ndarray:
    """Where the signal turns, highs and lows in alternation."""
    from scipy.signal import find_peaks

    if len(signal) < 3:
        return np.zeros(0, dtype=int)
    least = _LEAST_SWING * np.ptp(signal)
    highs, _ = find_peaks(signal, prominence=max(least, 1e-6))
    lows, _ = find_peaks(-signal, prominence=max(least, 1e-6))
    found = np.sort(np.concatenate([highs, lows]))
    is_high = np.isin(found, highs)
    keep = np.append(True, is_high[1:] != is_high[:-1])[: len(found)]
    return found[keep]
