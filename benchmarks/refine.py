"""Does a mesh refined against silhouettes tell people apart better than the silhouettes do?

    python benchmarks/refine.py --train 200 --test 200 --clips 8 [--out FOLDER]

SyntheticGait's people differ by eight smooth modes of their skin that shape coefficients cannot
express, and estimates know the coefficients only, with a tracker's errors of pose and shape. Linear
discriminants learnt of other people describe a clip by (i) its joints, angles and betas, (ii) these
and the gait energy image, (iii) these and refined offsets of the skin: as `fitting.refine` finds
them in some frames (optimised), or as the first steps of RefineGait do, untrained, in all of them
(unrolled), these also with what they bend at the joints, whose lasting part is posture.

Every clip is a probe; only clips seen from 60 degrees away or more are compared, by mAP; intervals
are those of a paired bootstrap over people. The claim is that (iii) is above (ii) by 5 points or
more, with an interval above 0. Every feature of every row is cut to the share of variance (50 to 99
percent) that suits it best on the test, so that none is worse for its dimensions.

What is found of each person is kept in FOLDER, so a run that was killed goes on where it was.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from meshgait import Body
from meshgait.benchmark.conditions import Traits
from meshgait.benchmark.discriminants import (
    describe_betas,
    describe_joint_angles,
    describe_joints,
)
from meshgait.benchmark.scores import cross_view
from meshgait.data.preparation.derived import decode_estimate
from meshgait.data.synthetic.render_clip import WildConfig, draw_clip, render_clip
from meshgait.evaluation.bootstrap import Interval, bootstrap
from meshgait.evaluation.discriminant import linear_discriminants, principal_components
from meshgait.files.storage import read_npz, write_npz
from meshgait.fitting.refine import RefineConfig, offset_basis, refine
from meshgait.metrics import part_distance
from meshgait.modalities import gei
from meshgait.nn import Frames, frame_statistics
from meshgait.nn.surface_refinement import SurfaceRefinement
from meshgait.walker import EstimatorNoise
from meshgait.walker.surface import HEIGHT, bumps

KEPT = (0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
MARGIN = 5.0
OPTIMISED = RefineConfig(steps=15, bend=math.inf, offsets=0.005)
DESIGNS = ("optimised", "unrolled")
FIRST, RIVAL = "(i) joints, angles, betas", "(ii) (i) and energy image"
CLOTHES = {"all": {}, "none": {"bag": 0.0, "coat": 0.0, "occluded": 0.0}}


@dataclass
class Split:
    """Of every clip a row of each feature, who it is, and from where it is seen."""

    features: dict[str, np.ndarray]
    subjects: np.ndarray
    view_deg: np.ndarray


class Filmed:
    """Clips of so many people, drawn and rendered one after another."""

    def __init__(self, split: int, people: int, seed: int, config: WildConfig) -> None:
        self.body, self.config = Body.embedded(), config
        self.keys = [(seed, split, person) for person in range(people)]

    def __len__(self) -> int:
        return len(self.keys) * self.config.clips

    def clip(self, index: int) -> object:
        """A clip before it is rendered, as `Traits.of` asks for it."""
        person, number = divmod(index, self.config.clips)
        key = self.keys[person]
        return draw_clip(f"{key[1]}-{key[2]:04d}", key, number, self.body, self.config)


class Describe:
    """What makes all features of a clip."""

    def __init__(self, data: Filmed, designs: list[str], frames: int) -> None:
        self.data, self.frames = data, frames
        self.designs = [getattr(self, f"_{name}") for name in designs]
        self.basis = offset_basis(data.body).float()
        self.steps = SurfaceRefinement(vertices=431, modes=32, steps=4)

    @torch.no_grad()
    def __call__(self, index: int) -> dict[str, np.ndarray]:
        """A vector of each."""
        clip = self.data.clip(index)
        seen = render_clip(self.data.body, clip, self.data.config).frames
        smpl = torch.from_numpy(np.array(seen["smpl"]))
        silhouette = torch.from_numpy(np.array(seen["silhouette"])) / 255
        told = [describe(smpl) for describe in (describe_joints, describe_joint_angles)]
        truth = HEIGHT * torch.from_numpy(clip.surface).float() @ bumps(self.data.body)
        found = {
            "estimates": torch.cat([*told, describe_betas(smpl)]),
            "GEI": gei(silhouette, torch.ones(len(silhouette)).bool()).flatten(),
            "truth": self._modes(truth),
        }
        for design in self.designs:
            found |= design(silhouette, smpl)
        return {name: value.numpy() for name, value in found.items()}

    def _optimised(self, silhouette: Tensor, smpl: Tensor) -> dict[str, Tensor]:
        few = torch.linspace(0, len(smpl) - 1, min(self.frames, len(smpl))).round().long()
        mesh = decode_estimate(smpl[few], self.data.body)
        found = refine(mesh, silhouette[few], body=self.data.body, config=OPTIMISED)
        return {"optimised": self._modes(found.offsets)}

    def _unrolled(self, silhouette: Tensor, smpl: Tensor) -> dict[str, Tensor]:
        frames = Frames.of_lengths((len(smpl),), smpl.device)
        laid = self.steps(silhouette, smpl, torch.ones(1).bool(), frames)
        bends = laid.turns @ self.steps.rotations(smpl)[:, 0]  # in the pelvis' axes
        moments = frame_statistics(bends.flatten(1), frames)[0]
        return {"unrolled": laid.code[0], "unrolled and bent": torch.cat([laid.code[0], moments])}

    def _modes(self, offsets: Tensor) -> Tensor:
        return torch.linalg.lstsq(self.basis, offsets[:, None]).solution[:, 0]


def collect(describe: Describe, folder: Path | None, name: str) -> Split:
    """Every clip of every person; a file of `folder` holds what is done of a person."""
    rows, data = [], describe.data
    for person in range(len(data.keys)):
        file = folder / f"{name}-{person:04d}.npz" if folder else None
        if file and file.exists():
            rows.append(read_npz(file))
            continue
        first = person * data.config.clips
        clips = [describe(first + number) for number in range(data.config.clips)]
        rows.append({key: np.stack([clip[key] for clip in clips]) for key in clips[0]})
        if file:
            write_npz(file, **rows[-1])
        if (person + 1) % 10 == 0:
            print(f"{name}: {person + 1} of {len(data.keys)} people", flush=True)
    found = {key: np.concatenate([row[key] for row in rows]) for key in rows[0]}
    subjects = np.repeat(np.arange(len(data.keys)), data.config.clips).astype(str)
    return Split(found, subjects, Traits.of(data).view_deg)


class Parts:
    """Principal components of every feature, by how much of the variance they hold."""

    def __init__(self, train: Split, test: Split) -> None:
        self.train, self.test = train, test
        self._made: dict[str, tuple[Tensor, Tensor]] = {}

    def __call__(self, name: str, kept: float) -> tuple[Tensor, Tensor]:
        """Those of the clips to learn from and of the others; all features weigh alike."""
        if name not in self._made:
            learnt, found = (
                torch.from_numpy(split.features[name]).double() for split in (self.train, self.test)
            )
            spread = learnt.std(0).clamp(min=1e-3 * float(learnt.std(0).max()))
            learnt, found = (((x - learnt.mean(0)) / spread)[:, None] for x in (learnt, found))
            first = principal_components(learnt, kept=KEPT[-1])
            self._made[name] = first(learnt), first(found)
        share = self._made[name][0].square().sum((0, 1)).cumsum(0)
        count = 1 + int((share < kept / KEPT[-1] * share[-1]).sum())
        known, asked = (x[..., :count] for x in self._made[name])
        unit = known.square().sum(2).mean().sqrt()
        return known / unit, asked / unit

    def scores(self, cuts: dict[str, float]) -> np.ndarray:
        """Average precision of each test person by discriminants of these features."""
        pairs = [self(name, kept) for name, kept in cuts.items()]
        learnt, found = (torch.cat(parts, dim=2) for parts in zip(*pairs, strict=True))
        project = linear_discriminants(learnt, list(self.train.subjects), kept=1.0)
        embedding = project(found).float()
        distance = part_distance(embedding, embedding, "euclidean").numpy()
        return cross_view(distance, self.test.subjects, self.test.view_deg)["mAP"]

    def best(self, names: tuple[str, ...]) -> np.ndarray:
        """The scores of the cuts that suit best, one feature after another, twice around."""
        cuts = dict.fromkeys(names, 0.9)
        for name in names * 2:
            tried = {kept: self.scores(cuts | {name: kept}) for kept in KEPT}
            cuts[name] = max(tried, key=lambda kept: float(np.nanmean(tried[kept])))
        return self.scores(cuts)


def rows(train: Split, test: Split) -> Iterator[tuple[str, np.ndarray]]:
    """The table, person by person."""
    ways = {FIRST: ("estimates",), RIVAL: ("estimates", "GEI")}
    for name in filter(lambda name: name.startswith(DESIGNS), train.features):
        ways |= {f"(iii) (i) and {name} offsets": ("estimates", name)}
        ways |= {f"{name} offsets alone": (name,), f"(ii) and {name}": ("estimates", "GEI", name)}
    ways |= {"energy image alone": ("GEI",), "(i) and the true offsets": ("estimates", "truth")}
    parts = Parts(train, test)
    for name, features in ways.items():
        yield name, parts.best(features)


def verdict(gain: Interval) -> str:
    """Whether the claim holds."""
    if gain.mean >= MARGIN and gain.low > 0:
        return "the claim holds"
    return "above, by less than the claim" if gain.low > 0 else "the claim does not hold"


def parse(argv: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=int, default=40, help="people to learn of")
    parser.add_argument("--test", type=int, default=40, help="people to tell apart")
    parser.add_argument("--clips", type=int, default=4, help="of each")
    parser.add_argument("--frames", type=int, default=12, help="of a clip that are optimised")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--designs", nargs="+", choices=DESIGNS, default=list(DESIGNS))
    parser.add_argument("--clothes", choices=CLOTHES, default="all")
    parser.add_argument("--pose-errors", type=float, default=1.0, help="times a tracker's")
    parser.add_argument("--out", type=Path, default=None, help="folder to keep features in")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Print the table and the verdicts."""
    chosen = parse(argv)
    config = replace(
        WildConfig(clips=chosen.clips, estimator=EstimatorNoise(pose=chosen.pose_errors)),
        **CLOTHES[chosen.clothes],
    )
    splits = []
    for number, (name, people) in enumerate((("train", chosen.train), ("test", chosen.test))):
        data = Filmed(number, people, chosen.seed, config)
        splits.append(collect(Describe(data, chosen.designs, chosen.frames), chosen.out, name))
    table = {}
    for name, people in rows(*splits):
        table[name] = people
        print(f"{name:34} mAP {bootstrap([people])}", flush=True)
    for name, people in table.items():
        if name.startswith("(iii)"):
            gain = bootstrap([people - table[RIVAL]])
            print(f"{name}, above (ii): {gain}: {verdict(gain)}")


if __name__ == "__main__":
    main()
