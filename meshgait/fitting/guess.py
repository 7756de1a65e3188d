"""Where to begin when nothing is known: the moment and the direction of an average walk."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import grid_sample

from meshgait.body import Body
from meshgait.fitting.descent import turn_about_y
from meshgait.fitting.targets import bounding_boxes
from meshgait.modalities import median_column, normalized_coverage
from meshgait.rotation import axis_angle_to_matrix, matrix_to_axis_angle
from meshgait.walker import Identity, walk

HEADINGS, PHASES = 16, 16
_SIDE = 48  # pixels of the crops that are compared
# What it costs to change the heading by one step from one frame to the next, and to let the gait
# cycle stand, advance by one or two steps, or do anything else; an error of 1 misses everything.
_TURN, _ADVANCE, _JUMP = 0.05, (0.002, 0.0, 0.01), 0.1
_BACKWARDS, _LEAST_METRES = 0.1, 0.3  # half of what walking backwards costs; who counts as walking


def guess_pose(
    body: Body,
    silhouette: Float[Tensor, "S T H W"],
    rotation: Float[Tensor, "*#batch 3 3"],
    going: Float[Tensor, "S 3"] | None = None,
) -> Float[Tensor, "S T 72"]:
    """Poses of an average walk, in the direction and at the moments that look most alike.

    Each silhouette is compared in the gait crop, so it does not matter where and how large it is;
    `rotation` is from the world's axes to the camera's. `going` says which way, in metres, each
    went in the world: people walk forwards. Without it a walk and its image in a mirror parallel
    to the picture look much the same, and now and then the wrong one is found.
    """
    poses = _moments(body)  # (P, 72)
    S, T = silhouette.shape[:2]
    turns = turn_about_y(torch.arange(HEADINGS).to(silhouette) * (2 * torch.pi / HEADINGS))
    vertices = body(pose=poses, betas=poses.new_zeros(10)).vertices
    crops = _crop(silhouette.reshape(S * T, *silhouette.shape[-2:]))
    rotation = rotation.expand(S, T, 3, 3)
    found = silhouette.new_zeros(S, T, 72)
    for s in range(S):
        sight = rotation[s, T // 2] @ turns  # (D, 3, 3); cameras hardly turn within a sequence
        points = (vertices[:, None] @ sight.mT)[..., :2]
        known = normalized_coverage(points, body.faces, (_SIDE, _SIDE), middle=_SIDE / 2)
        error = torch.cdist(crops[s * T : (s + 1) * T].flatten(1), known.reshape(-1, _SIDE**2))
        share = error.square() / crops[s * T : (s + 1) * T].sum((1, 2))[:, None]
        if going is not None:
            share = share + _BACKWARDS * _against(going[s], turns).repeat(PHASES)
        path = torch.from_numpy(_cheapest_path(share.numpy()))
        moment, heading = path // HEADINGS, path % HEADINGS
        root = turns[heading] @ axis_angle_to_matrix(poses[moment, :3])
        found[s] = torch.cat([matrix_to_axis_angle(root), poses[moment, 3:]], dim=-1)
    return found


def _against(going: Float[Tensor, "3"], turns: Float[Tensor, "D 3 3"]) -> Float[Tensor, " D"]:
    """From 0 for headings that way to 2 for the opposite ones; 0 for people who hardly move."""
    flat = going * going.new_tensor([1.0, 0.0, 1.0])
    distance = flat.norm()
    if distance < _LEAST_METRES:
        return flat.new_zeros(len(turns))
    return 1 - turns[:, :, 2] @ flat / distance


def _moments(body: Body) -> Float[Tensor, "P 72"]:
    """One gait cycle of the average walker, facing z."""
    steps = walk(body, Identity.average(), frames=4 * PHASES, fps=float(2 * PHASES))
    cycles = np.floor(steps.phase[0]) + 1 + np.arange(PHASES) / PHASES
    nearest = np.abs(steps.phase[:, None] - cycles).argmin(axis=0)
    return torch.from_numpy(steps.motion.pose[nearest])


def _crop(image: Float[Tensor, "N H W"]) -> Float[Tensor, "N h w"]:
    """Each silhouette as high as a small square, with its median column in the middle."""
    H, W = image.shape[-2:]
    low, high = bounding_boxes(image)
    pixel = (torch.arange(_SIDE).to(image) + 0.5) / _SIDE
    tall = (high - low)[:, 1:]
    y = low[:, 1:] + pixel * tall
    x = median_column(image)[:, None] + (pixel - 0.5) * tall
    grid = torch.stack(
        [(2 * x / W - 1)[:, None, :].expand(-1, _SIDE, -1),
         (2 * y / H - 1)[:, :, None].expand(-1, -1, _SIDE)], dim=-1,
    )  # fmt: skip
    return grid_sample(image[:, None], grid.to(image), align_corners=False)[:, 0]


def _cheapest_path(cost: Float[np.ndarray, "T K"]) -> Int[np.ndarray, " T"]:
    """The states, one per frame, whose cost and changes cost least in all (Viterbi)."""
    change, total = _changes(), cost[0]
    came_from = []
    for row in cost[1:]:
        through = total[:, None] + change
        came_from.append(through.argmin(axis=0))
        total = through.min(axis=0) + row
    path = [int(total.argmin())]
    for back in reversed(came_from):
        path.append(int(back[path[-1]]))
    return np.array(path[::-1])


@lru_cache(maxsize=1)
def _changes() -> Float[np.ndarray, "K K"]:
    """Cost of going from one (moment, heading) to another."""
    moment, heading = np.divmod(np.arange(PHASES * HEADINGS), HEADINGS)
    advance = (moment - moment[:, None]) % PHASES
    pace = np.full(PHASES, _JUMP)
    pace[: len(_ADVANCE)] = _ADVANCE
    turn = (heading - heading[:, None] + HEADINGS // 2) % HEADINGS - HEADINGS // 2
    return pace[advance] + _TURN * turn**2
