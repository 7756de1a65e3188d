"""Attention within windows of time, rows and columns (Video Swin: Liu et al., CVPR 2022)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn.functional import gelu, pad

Extent = tuple[int, int, int]
"""Frames, rows and columns."""

_APART = -100.0  # added to what tokens of two regions say to each other, as in the original
_AT_ONCE = 1024  # windows, when nothing is learnt
GROWTH = 4


class Windows(NamedTuple):
    """How clips of one length are cut: `window`, `shift`, frames added, who may hear whom."""

    window: Extent
    shift: Extent
    added: int
    mask: Float[Tensor, "W N N"] | None


def cut_windows(
    extent: Extent, window: Extent, *, shifted: bool, phantoms: bool, like: Tensor
) -> Windows:
    """Windows of clips of `extent`; of no more frames than `window` has, time is one window.

    If `shifted`, they begin half a window later, and go around; what was apart does not hear each
    other. Time is filled up to whole windows. With `phantoms` real tokens hear those that fill up,
    as in the published network, whose embedding thus depends on the length modulo the window.
    """
    time, rows, columns = extent
    short = time <= window[0]
    window = (time if short else window[0], *window[1:])
    half = (window[0] // 2, window[1] // 2, window[2] // 2)
    shift = (0 if short else half[0], half[1], half[2]) if shifted else (0, 0, 0)
    added = 0 if short else (-time) % window[0]
    full = (time + added, rows, columns)
    region = torch.zeros(full, device=like.device)
    for axis, (length, size, step) in enumerate(zip(full, window, shift, strict=True)):
        place = torch.arange(length, device=like.device)
        if step:
            part = (place >= length - size).long() + (place >= length - step).long()
            region = region * 3 + part.reshape([-1 if i == axis else 1 for i in range(3)])
    mask = None
    if any(shift):
        tokens = _partition(region[None, ..., None], window).squeeze(-1)
        mask = _APART * (tokens[:, :, None] != tokens[:, None]).to(like)
    if added and not phantoms:
        is_real = (torch.arange(full[0], device=like.device) < time).to(like)
        is_real = is_real[:, None, None].expand(full).roll([-s for s in shift], (0, 1, 2))
        tokens = _partition(is_real[None, ..., None], window).squeeze(-1)
        deaf = like.new_zeros(tokens.shape[0], tokens.shape[1], tokens.shape[1])
        deaf = deaf.masked_fill(tokens[:, :, None] != tokens[:, None], -torch.inf)
        mask = deaf if mask is None else mask + deaf
    return Windows(window, shift, added, mask)


def _partition(x: Float[Tensor, "B T H W C"], window: Extent) -> Float[Tensor, "M N C"]:
    """Tokens of each window, windows by sequence, time, row and column."""
    (t, h, w), (_, time, rows, columns, channels) = window, x.shape
    x = x.reshape(-1, time // t, t, rows // h, h, columns // w, w, channels)
    return x.permute(0, 1, 3, 5, 2, 4, 6, 7).reshape(-1, t * h * w, channels)


def _join(x: Float[Tensor, "M N C"], window: Extent, full: Extent) -> Float[Tensor, "B T H W C"]:
    """What `_partition` took apart."""
    (t, h, w), (time, rows, columns) = window, full
    x = x.reshape(-1, time // t, rows // h, columns // w, t, h, w, x.shape[-1])
    return x.permute(0, 1, 4, 2, 5, 3, 6, 7).reshape(-1, time, rows, columns, x.shape[-1])


def relative_places(window: Extent) -> Int[Tensor, "N N"]:
    """Which entry of the table of biases belongs to each pair of tokens of a window.

    >>> relative_places((1, 1, 2))
    tensor([[1, 0],
            [2, 1]])
    """
    axes = torch.meshgrid(*(torch.arange(n) for n in window), indexing="ij")
    place = torch.stack(axes).flatten(1)
    apart = place[:, :, None] - place[:, None]
    t, h, w = (apart[i] + window[i] - 1 for i in range(3))
    return (t * (2 * window[1] - 1) + h) * (2 * window[2] - 1) + w


class WindowAttention(nn.Module):
    """Attention between the tokens of a window, with a learnt bias for where they lie."""

    relative_position_index: Tensor

    def __init__(self, channels: int, heads: int, window: Extent) -> None:
        super().__init__()
        self.heads = heads
        count = (2 * window[0] - 1) * (2 * window[1] - 1) * (2 * window[2] - 1)
        self.relative_position_bias_table = nn.Parameter(torch.zeros(count, heads))
        nn.init.normal_(self.relative_position_bias_table, std=0.02)
        self.register_buffer("relative_position_index", relative_places(window), persistent=False)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(
        self, x: Float[Tensor, "M N C"], mask: Float[Tensor, "W N N"] | None
    ) -> Float[Tensor, "M N C"]:
        """Tokens (M windows, those of a mask's W again and again) that know of each other."""
        count = x.shape[1]
        query, key, value = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        # Of fewer frames the leading corner: places are counted frame by frame.
        index = self.relative_position_index[:count, :count]
        bias = self.relative_position_bias_table[index.flatten()].unflatten(0, (count, count))
        said = query * query.shape[-1] ** -0.5 @ key.mT + bias.permute(2, 0, 1)
        if mask is not None:
            said = said.unflatten(0, (-1, len(mask))) + mask.unsqueeze(1)
            said = said.flatten(0, 1)
        return self.proj((said.softmax(-1) @ value).transpose(1, 2).flatten(2))


class WindowBlock(nn.Module):
    """Attention within windows and two linear layers, each beside a shortcut, after layer norm.

    In training each of both is left out for a share `drop` of the clips.
    """

    def __init__(self, channels: int, heads: int, window: Extent, *, drop: float = 0.0) -> None:
        super().__init__()
        self.drop = drop
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.attn = WindowAttention(channels, heads, window)
        self.mlp = nn.ModuleDict(
            {
                "fc1": nn.Linear(channels, GROWTH * channels),
                "fc2": nn.Linear(GROWTH * channels, channels),
            }
        )

    def forward(self, x: Float[Tensor, "B T H W C"], cut: Windows) -> Float[Tensor, "B T H W C"]:
        """Tokens of clips of equal length, cut as `cut_windows` says."""
        x = x + self._some(self._attend(self.norm1(x), cut))
        return x + self._some(self.mlp["fc2"](gelu(self.mlp["fc1"](self.norm2(x)))))

    def _attend(self, x: Float[Tensor, "B T H W C"], cut: Windows) -> Float[Tensor, "B T H W C"]:
        time = x.shape[1]
        full = pad(x, (0, 0, 0, 0, 0, 0, 0, cut.added)) if cut.added else x
        if any(cut.shift):
            full = full.roll([-s for s in cut.shift], (1, 2, 3))
        tokens, extent = _partition(full, cut.window), (full.shape[1], full.shape[2], full.shape[3])
        found = _join(self._windows(tokens, cut.mask), cut.window, extent)
        if any(cut.shift):
            found = found.roll(cut.shift, (1, 2, 3))
        return found[:, :time]

    def _windows(
        self, tokens: Float[Tensor, "M N C"], mask: Float[Tensor, "W N N"] | None
    ) -> Float[Tensor, "M N C"]:
        """Not more windows at once than memory likes."""
        if torch.is_grad_enabled() or torch.compiler.is_compiling() or len(tokens) <= _AT_ONCE:
            return self.attn(tokens, mask)
        if mask is None:
            return torch.cat([self.attn(some, None) for some in tokens.split(_AT_ONCE)])
        clips = tokens.unflatten(0, (-1, len(mask)))
        parts = zip(clips.split(_AT_ONCE, 1), mask.split(_AT_ONCE), strict=True)
        done = [torch.stack([self.attn(clip, m) for clip in some]) for some, m in parts]
        return torch.cat(done, dim=1).flatten(0, 1)

    def _some(self, x: Float[Tensor, "B T H W C"]) -> Float[Tensor, "B T H W C"]:
        if not self.training or not self.drop:
            return x
        kept = torch.rand(len(x), 1, 1, 1, 1, device=x.device) >= self.drop
        return x * kept.to(x) / (1 - self.drop)
