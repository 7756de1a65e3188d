"""Names of the authors' own releases, as OpenGait spells them."""

from __future__ import annotations

import re

import torch
from torch import Tensor

Weights = dict[str, Tensor]

COARSE_FIRST = (1, 2, 4, 8, 16)


def to_opengait(weights: Weights) -> Weights:
    """The weights under OpenGait's names, parts in its order; unknown names stay as they are."""
    if "set_layer1.forward_block.conv.weight" not in weights:
        return weights
    renamed = {_of_set_layer(name): value for name, value in weights.items()}
    if "fc_bin.0" in renamed:  # GaitSet: the bins of frames and of set, scale by scale
        parts = renamed.pop("fc_bin.0")
        frames = {scale: parts[2 * _before(scale) :][:scale] for scale in COARSE_FIRST}
        sets = {scale: parts[2 * _before(scale) + scale :][:scale] for scale in COARSE_FIRST}
        renamed["Head.fc_bin"] = _fine_first(frames, sets)
    elif {"x_hpm.fc_bin.0", "gl_hpm.fc_bin.0"} <= renamed.keys():  # TraND: two layers
        frames, sets = (
            {scale: parts[_before(scale) :][:scale] for scale in COARSE_FIRST}
            for parts in (renamed.pop("x_hpm.fc_bin.0"), renamed.pop("gl_hpm.fc_bin.0"))
        )
        renamed["Head.fc_bin"] = _fine_first(frames, sets)
    return renamed


def _of_set_layer(name: str) -> str:
    """GaitSet numbers its convolutions from 1; OpenGait has two in a block, called 0 and 2."""
    layer = re.fullmatch(r"(set|gl)_layer(\d)\.(forward_block\.)?conv\.weight", name)
    if not layer:
        return name
    block, place = divmod(int(layer[2]) - 1, 2)
    if layer[1] == "gl":
        return f"gl_block{block + 2}.{2 * place}.conv.weight"
    return f"set_block{block + 1}.forward_block.{2 * place}.conv.weight"


def _before(scale: int) -> int:
    """Bins of all coarser scales."""
    return sum(other for other in COARSE_FIRST if other < scale)


def _fine_first(frames: dict[int, Tensor], sets: dict[int, Tensor]) -> Tensor:
    """All scales of the frames from the finest on, then those of the set."""
    return torch.cat([bins[scale] for bins in (frames, sets) for scale in reversed(COARSE_FIRST)])
