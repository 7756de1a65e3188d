"""From a person's parameters to a half body that can be posed."""

from __future__ import annotations

import numpy as np

from body.coarse import Coarse
from body.correctives import Rig
from body.joints import carriers, seat_joints
from body.population import Person, Shapes, average_adult, draw_person
from body.skeleton import Skeleton, limit_weights, merge_parts
from body.skinning import rest_pose


def volume(half: np.ndarray, half_faces: np.ndarray) -> float:
    """Cubic metres inside a symmetric body, from its left half (H, 3) alone."""
    a, b, c = half[half_faces].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->", np.cross(a, b), c) / 3)


class People:
    """Persons as half bodies with joints, in the source's pose and in the T-pose.

    `visible` (H,) tells which vertices are not in a cavity: only these carry joints.
    """

    def __init__(
        self, coarse: Coarse, skeleton: Skeleton, shapes: Shapes, visible: np.ndarray
    ) -> None:
        self.coarse, self.skeleton = coarse, skeleton
        # Rows: the half body, then the source's markers of all parts.
        self.shapes = shapes.under(lambda x: np.concatenate([coarse.fold(x), skeleton.markers @ x]))
        self.parts = limit_weights(coarse.matrix @ skeleton.weights, skeleton, coarse.seam)
        self.weights = merge_parts(self.parts, skeleton)
        self.carriers = carriers(self.weights) & visible[:, None]
        average = self.shapes(average_adult())
        body, markers = average[: coarse.half], average[coarse.half :]
        self.seats = seat_joints(body, markers[:24], self.carriers, coarse.mirror)
        height = body[:, 1]
        ends = np.flatnonzero((height > height.max() - 0.03) | (height < height.min() + 0.03))
        self.ends = self.shapes.under(lambda x: x[ends])

    def rig(self, person: Person) -> Rig:
        """One person, ready to be posed."""
        rows = self.shapes(person)
        body, places = rows[: self.coarse.half], rows[self.coarse.half :]
        places[:24] = self.seats @ self.coarse.unfold(body)
        rotation, target = rest_pose(self.skeleton, places)
        shift = target - np.einsum("pij,pj->pi", rotation, places)
        joint = self.skeleton.joint
        return Rig(body, rotation, shift, target[:24], self.parts, self.weights, joint)

    def draw(self, generator: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
        """T-pose half bodies (N, H, 3) and their joints (N, 24, 3)."""
        people = [draw_person(generator, self._stature, self._volume) for _ in range(count)]
        rigs = [self.rig(person) for person in people]
        bodies = np.array([rig.template for rig in rigs])
        bodies[:, self.coarse.half - self.coarse.seam :, 0] = 0.0
        return bodies, np.array([rig.joints for rig in rigs])

    def _stature(self, person: Person) -> float:
        return float(np.ptp(self.ends(person)[:, 1]))

    def _volume(self, person: Person) -> float:
        half_faces = self.coarse.faces[: len(self.coarse.faces) // 2]
        return volume(self.shapes(person)[: self.coarse.half], half_faces)
