"""What `meshgait video` sees of painted walkers, against the truth.

`python benchmarks/video.py` prints, for each kind of scene: `recall`, the share of frames of people
in sight (95 % of them; 120 px and more, but in `small`) that were seen with an overlap (IoU) of
half or more; `strays`, sightings of nobody; `swaps`, how often whole frames of a person become
those of somebody else; `IoU`, the median of whole frames; frames a second. With `--fit fast` or
`full`: the error of joints (cm, from the pelvis, and after Procrustes), how fast feet slide that
stand (m/s), and how much joints shake (cm a frame a frame; and the true ones); with `--motion 0
0.03` for each such weight of the prior of motion, the same people. Last Rank-1 of the walkers of
`crossing` in other clothes, by GEIs and by `--checkpoint`, against true masks.
"""

import argparse
import itertools
import json
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

from meshgait.body import JOINT_INDEX, Body
from meshgait.evaluation import embed
from meshgait.gallery import vectors_of
from meshgait.modalities import normalize_silhouette
from meshgait.models import create
from meshgait.sequence import GaitSequence
from meshgait.video.lift import _CONFIGS, lift
from meshgait.video.painted import Painted, PaintedScene, camera_at
from meshgait.video.people import people_of
from meshgait.video.reader import Frame, Video
from meshgait.video.watch import watch
from meshgait.weights import load_model

FPS, SIZE, FRAMES = 30.0, (360, 640), 120
IN_SIGHT, FOUND = 0.95, 0.5
COMPARED = [
    JOINT_INDEX[f"{side}_{name}"] for side in ("left", "right")
    for name in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
]  # fmt: skip
BALLS = [JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"]]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", nargs="+", choices=SCENES, default=list(SCENES))
    parser.add_argument("--crossings", type=int, nargs="+", default=range(10), help="which of them")
    parser.add_argument("--fit", choices=("none", "fast", "full"), default="none")
    parser.add_argument("--fits", type=int, default=2, help="people that are fitted in a kind")
    parser.add_argument("--motion", type=float, nargs="+", help="compare these FitConfig.motion")
    parser.add_argument("--checkpoint", help="also rank by this network")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(argv)
    body, rows, clips = Body.embedded(), [], []
    for name in options.scenes:
        scenes = SCENES[name](body, options.crossings)
        counts, fitted = [], []
        for scene in scenes:
            seen = look(scene)
            counts.append(count(seen, least_px=60 if name == "small" else 120))
            if options.fit != "none" and len(fitted) < options.fits:
                fitted += fit(seen, options)[: options.fits - len(fitted)]
            if name == "crossing":
                clips += pairs_of_clips(seen)
        row = {"scene": name, **together(counts)}
        found = [{**row, **means(column)} for column in zip(*fitted, strict=True)] or [row]
        for row in found:
            print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
        rows += found
    seen_twice = len(clips) > len({pair[0].subject for pair in clips})
    for network in ["GEI", options.checkpoint][: 1 + bool(options.checkpoint)] * seen_twice:
        row = {"network": network, **rank(clips, network)}
        print("  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
        rows.append(row)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


def crossing(body, which):
    """Two who cross, ten people in all, each in two outfits."""
    for k in which:
        first, second = 2 * k % 10, (2 * k + 1 + 2 * (k // 5)) % 10
        ahead = 0.3 + 0.15 * (k % 5)
        yield scene(
            body, k, [(first, (0.2, 0.1), 90, k // 5), (second, (-0.1, -ahead), -90, k // 5)]
        )


def pillar(body, which):
    yield replace(scene(body, 21, [(21, (0.0, 0.0), 90, 0)]), pillar=(0.45, 0.55))


def frontal(body, which):
    yield scene(body, 22, [(22, (0.3, 0.5), 0, 0)], eye=(0.0, 1.4, 7.5))


def above(body, which):
    yield scene(body, 23, [(23, (0.0, 0.0), 90, 0)], eye=(0.0, 4.2, 4.5))


def small(body, which):
    """About 75 pixels high."""
    yield scene(body, 24, [(24, (0.0, 0.0), 60, 0)], eye=(0.0, 1.4, 10.0))


def group(body, which):
    """Four, of whom some cross each other."""
    walks = [(25, (0.4, 0.6), 90, 0), (26, (-0.6, -0.5), -90, 0), (27, (1.0, -1.4), -80, 0),
             (28, (-1.2, -2.2), 85, 0)]  # fmt: skip
    yield scene(body, 25, walks, eye=(0.0, 1.6, 6.5))


SCENES = {
    "crossing": crossing, "pillar": pillar, "frontal": frontal, "above": above, "small": small,
    "group": group,
}  # fmt: skip


def scene(body, seed, walks, *, eye=(0.0, 1.4, 5.5)):
    people = [
        Painted.draw(f"p{who}", who, body, start=start, heading_deg=heading, frames=FRAMES,
                     fps=FPS, wears=wears)
        for who, start, heading, wears in walks
    ]  # fmt: skip
    return PaintedScene(people, camera_at(SIZE, eye=eye), seed, body=body)


class Rendered(Video):
    """A scene as a video that keeps the truth."""

    def __init__(self, painted):
        self.painted, self.truths = painted, []
        self.name, self.fps, self.count, self.key = "painted", FPS, len(painted), {}
        self.drawing = 0.0

    def frames(self, start=0):
        began = time.perf_counter()
        for index, truth in enumerate(self.painted.frames()):
            self.truths.append(replace(truth, picture=truth.picture[:1]))
            self.drawing += time.perf_counter() - began
            yield Frame(index, index / FPS, truth.picture)
            began = time.perf_counter()


@dataclass
class Looked:
    """People as they were seen, beside who is who."""

    video: Rendered
    people: tuple
    who: list  # for each person, for each row: the true walker, or -1, and the overlap
    fps: float


def look(painted):
    video = Rendered(painted)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        watched = watch(video, Path(folder) / "work", progress=False)
        people = people_of(watched, FPS).people
    seconds = time.perf_counter() - began - video.drawing
    return Looked(video, people, [who_is(video, p.rows) for p in people], FRAMES / seconds)


def who_is(video, rows):
    found = []
    for k, mask in enumerate(rows.masks()):
        truth = video.truths[int(rows.frame[k])]
        left, top, side = rows.square[k]
        shape = truth.seen.shape[1:]
        y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
        column = np.floor((x - left) / side * 128).astype(int)
        row = np.floor((y - top) / side * 128).astype(int)
        inside = (column >= 0) & (column < 128) & (row >= 0) & (row < 128)
        drawn = np.zeros(shape, bool)
        drawn[inside] = mask[row[inside], column[inside]]
        overlaps = [(drawn & s).sum() / max((drawn | s).sum(), 1) for s in truth.seen]
        best = int(np.argmax(overlaps))
        found.append((best if overlaps[best] > 0.2 else -1, float(overlaps[best])))
    return found


def count(seen, *, least_px):
    """Sums of one video."""
    wanted, found, ious, strays, swaps = 0, 0, [], 0, 0
    hits = {}
    for person, who in zip(seen.people, seen.who, strict=True):
        whole = person.judged.whole
        owners = [walker for (walker, _), kept in zip(who, whole, strict=True) if kept]
        swaps += sum(a != b for a, b in itertools.pairwise(owners))
        strays += sum(walker < 0 for walker, _ in who)
        for k, (walker, iou) in enumerate(who):
            hits[int(person.rows.frame[k]), walker] = max(
                iou, hits.get((int(person.rows.frame[k]), walker), 0)
            )
            if person.judged.whole[k] and walker >= 0:
                ious.append(iou)
    for index, truth in enumerate(seen.video.truths):
        for walker, (part, whole) in enumerate(zip(truth.seen, truth.whole, strict=True)):
            edge = whole[0].any() or whole[-1].any() or whole[:, 0].any() or whole[:, -1].any()
            high = np.ptp(np.flatnonzero(whole.any(1))) if whole.any() else 0
            if high >= least_px and not edge and part.sum() >= IN_SIGHT * whole.sum():
                wanted += 1
                found += hits.get((index, walker), 0) > FOUND
    broken = len(seen.people) - len({who[0][0] for who in seen.who if who})
    return {"wanted": wanted, "found": found, "ious": ious, "strays": strays, "swaps": swaps,
            "broken": broken, "fps": seen.fps}  # fmt: skip


def together(counts):
    wanted = sum(c["wanted"] for c in counts)
    return {
        "recall": round(100 * sum(c["found"] for c in counts) / max(wanted, 1), 1),
        "strays": sum(c["strays"] for c in counts),
        "swaps": sum(c["swaps"] for c in counts),
        "twice": sum(c["broken"] for c in counts),
        "IoU": round(float(np.median(np.concatenate([c["ious"] for c in counts]))), 3),
        "fps": round(float(np.median([c["fps"] for c in counts])), 1),
    }  # fmt: skip


def fit(seen, options):
    """Errors of the first run of each person, for each weight of the prior of motion."""
    found = []
    for person, who in zip(seen.people, seen.who, strict=True):
        if not person.is_usable:
            continue
        walker = max({w for w, _ in who}, key=[w for w, _ in who].count)
        columns = []
        for weight in options.motion or [None]:
            config = _CONFIGS[options.fit]
            told = {} if weight is None else {"motion": weight}
            with patch.dict(_CONFIGS, {options.fit: replace(config, **told)}):
                done = lift(person, SIZE, FPS, 40.0, options.fit)
            each, frames = done.fits[0], done.frames[0]
            joints = each.motion.decode(Body.embedded()).joints.numpy() * [1, -1, -1]
            true = np.stack([seen.video.truths[int(f)].joints[walker] for f in frames])
            columns.append(
                {**told, "frames": len(frames), **errors(joints, true),
                 "fit IoU": float(each.iou.median())}
            )  # fmt: skip
        found.append(columns)
    return found


def errors(joints, true):
    ours, theirs = joints - joints[:, :1], true - true[:, :1]
    off = np.linalg.norm(ours - theirs, axis=-1)[:, COMPARED].mean()
    aligned = [
        aligned_error(a, b) for a, b in zip(joints[:, COMPARED], true[:, COMPARED], strict=True)
    ]
    speed, own = (
        np.linalg.norm(np.diff(x[:, BALLS], axis=0), axis=-1) * FPS for x in (true, joints)
    )
    shakes = (
        100 * np.linalg.norm(np.diff(x[:, COMPARED], 2, axis=0), axis=-1).mean()
        for x in (joints, true)
    )
    return {"cm": 100 * off, "cm (Procrustes)": 100 * np.mean(aligned),
            "slide (m/s)": float(np.median(own[speed < 0.1])),
            **dict(zip(("shake", "true shake"), shakes, strict=True))}  # fmt: skip


def aligned_error(ours, theirs):
    """Mean distance after the best turn, scale and shift."""
    a, b = ours - ours.mean(0), theirs - theirs.mean(0)
    u, s, vt = np.linalg.svd(a.T @ b)
    sign = np.array([1, 1, np.sign(np.linalg.det(u @ vt))])
    scale = (s * sign).sum() / np.square(a).sum()
    return np.linalg.norm(scale * a @ (u * sign) @ vt - b, axis=-1).mean()


def means(rows):
    return (
        {key: round(float(np.mean([row[key] for row in rows])), 3) for key in rows[0]}
        if rows
        else {}
    )


def pairs_of_clips(seen):
    """For each usable person the clip that was cut out, and that of the true masks."""
    found = []
    for person, who in zip(seen.people, seen.who, strict=True):
        if not person.is_usable:
            continue
        walker = max({w for w, _ in who}, key=[w for w, _ in who].count)
        name = seen.video.painted.people[walker].name
        clip = person.clip()
        masks = np.stack([seen.video.truths[int(f)].seen[walker] for f in clip.frames["frame"]])
        true = {"silhouette": normalize_silhouette(masks)}
        cut = {"silhouette": clip.frames["silhouette"]}
        found.append([GaitSequence(name, "a", "090", frames) for frames in (cut, true)])
    return found


class Listed(list):
    """Clips as a data set."""

    @property
    def records(self):
        return [clip.record for clip in self]


def rank(pairs, network):
    """Rank-1 of every clip among all others, cut out and true."""
    model = create("GEI") if network == "GEI" else load_model(network)
    found = {}
    for place, kind in enumerate(("cut out", "true masks")):
        clips = Listed(pair[place] for pair in pairs)
        vectors = vectors_of(embed(model, clips, progress=False).values.numpy())
        names = np.array([clip.subject for clip in clips])
        near = vectors @ vectors.T
        np.fill_diagonal(near, -np.inf)
        known = [(names == name).sum() > 1 for name in names]
        right = (names[near.argmax(1)] == names)[known]
        found[f"Rank-1, {kind}"] = round(100 * float(right.mean()), 1)
    return {**found, "clips": len(pairs)}


if __name__ == "__main__":
    main()
