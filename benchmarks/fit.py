"""How well bodies are fitted to silhouettes, and how the gait crop with gradients agrees.

`python benchmarks/fit.py` prints four tables: `normalization`, our crop against the plain one on
hard masks; `rigid`, turning and moving from starts up to 9 px, 20 % and 20 degrees off; `pose`,
bending from 14 degrees of noise about every axis of 16 joints; `unknown`, a tenth as many clips of
16 frames of which the hard masks are all that is known. Walkers of `meshgait.walker`, seen from all
around, 64 x 64 pixels.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from meshgait import Body, Camera, render, rotation
from meshgait.body import JOINT_INDEX
from meshgait.fitting import FitConfig, Start, fit_silhouettes
from meshgait.modalities import median_column, normalize_silhouette, normalized_coverage
from meshgait.walker import Identity, walk

PIXELS, FINE = 64, 16  # the image's side, and samples per pixel and side of the true silhouettes
SIDES = ("left", "right")
BENT = [JOINT_INDEX[f"{side}_{name}"] for side in SIDES for name in
        ("hip", "knee", "ankle", "collar", "shoulder", "elbow")]  # fmt: skip
BENT += [JOINT_INDEX[name] for name in ("spine1", "spine2", "spine3", "neck")]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parts = {"normalization": normalization, "rigid": rigid, "pose": pose, "unknown": unknown}
    parser.add_argument("--parts", nargs="+", default=list(parts), choices=parts)
    parser.add_argument("--fits", type=int, default=60, help="people, each in a view of their own")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="also write everything to this file")
    options = parser.parse_args(argv)
    torch.manual_seed(options.seed)
    scene = Scene(options.fits, options.seed)
    rows = []
    for part in options.parts:
        print(f"\n{part}, {options.fits} people and views, {torch.get_num_threads()} threads")
        for row in parts[part](scene):
            print("  " + ", ".join(f"{key} {text(value)}" for key, value in row.items()))
            rows.append({"part": part, **row})
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


def text(value):
    return f"{value:.3f}" if isinstance(value, float) else str(value)


class Scene:
    """Different people at different moments of a walk, one frame each, from all around."""

    def __init__(self, fits, seed):
        generator = np.random.default_rng(seed)
        self.body, self.fits = Body.embedded(), fits
        walks = [
            walk(self.body, Identity.draw(generator), frames=1, phase=generator.uniform())
            for _ in range(fits)
        ]
        self.pose = torch.tensor(np.stack([w.motion.pose for w in walks]))
        self.betas = torch.tensor(np.stack([w.motion.betas for w in walks]))
        azimuth = torch.arange(fits)[:, None] * (360 / fits) + 7
        self.camera = Camera.orbit(azimuth, 5.0, 6.0, (PIXELS, PIXELS), fov_deg=24)
        mesh = self.body(pose=self.pose, betas=self.betas)
        self.pelvis = mesh.require_joints()[:, :, 0]
        self.truth = Start(self.pose, self.betas, -self.pelvis)
        self.target = self.masks(self.truth, PIXELS * FINE).float()
        self.target = self.target.unflatten(-2, (PIXELS, FINE)).unflatten(-1, (PIXELS, FINE))
        self.target = self.target.mean((-3, -1))

    def vertices(self, smpl):
        """Vertices in the world."""
        return self.body(pose=smpl.pose, betas=smpl.betas, transl=smpl.transl).vertices

    def masks(self, smpl, side):
        """Hard silhouettes of `side` pixels."""
        camera = self.camera.resize((side, side))
        return render.mask(camera.project(self.vertices(smpl)), self.body.faces, camera.size)

    def error_px(self, smpl):
        """Median distance of the vertices on the image, one for each fit."""
        found, true = (self.camera.project(self.vertices(x)) for x in (smpl, self.truth))
        return (found - true).norm(dim=-1).median(-1).values.flatten()

    def overlap(self, smpl):
        """Intersection by union at 256 x 256 pixels."""
        found, true = self.masks(smpl, 256), self.masks(self.truth, 256)
        return ((found & true).sum((-2, -1)) / (found | true).sum((-2, -1))).flatten()


def normalization(scene):
    for side in (128, 256, 512):
        camera = scene.camera.resize((side, side))
        points = camera.project(scene.vertices(scene.truth))[:, 0]
        hard = render.mask(points, scene.body.faces, camera.size)
        for size in ((64, 44), (128, 88)):
            plain = normalize_silhouette(hard, size).float() / 255
            for name, middle in (("fixed", None), ("the silhouette's", median_column(plain))):
                soft = normalized_coverage(points, scene.body.faces, size, middle=middle)
                both, either = (
                    join(soft > 0.5, plain > 0.5).sum((1, 2))
                    for join in (torch.logical_and, torch.logical_or)
                )
                yield {
                    "picture": side, "crop": size, "median column": name,
                    "median IoU": float((both / either).median()),
                    "least IoU": float((both / either).min()),
                    "mean difference": float((soft - plain).abs().mean()),
                }  # fmt: skip


def rigid(scene):
    def spread(*shape):
        return 2 * torch.rand(scene.fits, 1, *shape) - 1

    yaw = torch.deg2rad(20 * spread())
    turn = rotation.axis_angle_to_matrix(torch.stack([0 * yaw, yaw, 0 * yaw], -1))
    root = turn @ rotation.axis_angle_to_matrix(scene.pose[..., :3])
    pose = torch.cat([rotation.matrix_to_axis_angle(root), scene.pose[..., 3:]], -1)
    camera = scene.camera
    depth = camera.translation[..., 2:] * (0.2 * spread(1)).exp()
    aside = 9 * spread(2) / camera.focal * depth
    local = torch.cat([aside, depth], -1) - camera.translation
    pelvis = (camera.rotation.mT @ local[..., None])[..., 0]
    start = Start(pose, scene.betas, pelvis - scene.pelvis)
    config = FitConfig(pose_steps=0)
    alone = replace(config, yaws_deg=(0.0,))
    for name, target, settings in (
        ("exact coverage", scene.target, config),
        ("exact coverage, one heading tried", scene.target, alone),
        ("hard mask", scene.target > 0.5, config),
    ):
        fit, seconds = timed(scene, target, start, settings)
        error = scene.error_px(fit)
        yield {
            "silhouettes": name,
            "start px": float(scene.error_px(start).median()),
            "end px": float(error.median()),
            "share below 0.5 px": float((error < 0.5).float().mean()),
            "seconds": seconds,
        }


def pose(scene):
    noise = torch.zeros(scene.fits, 1, 24, 3)
    noise[:, :, BENT] = torch.deg2rad(14 * torch.randn(scene.fits, 1, len(BENT), 3))
    metres_per_px = scene.camera.translation[..., 2:] / scene.camera.focal[..., :1]
    transl = scene.truth.transl + 2 * metres_per_px * torch.randn(scene.fits, 1, 3)
    start = Start(scene.pose + noise.flatten(2), scene.betas, transl)
    for name, config in (
        ("as by default", FitConfig()),
        ("no prior at all", FitConfig(prior=0, limits=0, shape=0)),
    ):
        fit, seconds = timed(scene, scene.target, start, config)
        overlap = scene.overlap(fit)
        yield {
            "fit": name,
            "start IoU": float(scene.overlap(start).median()),
            "median IoU": float(overlap.median()),
            "lower quartile": float(overlap.quantile(0.25)),
            "joints off, mm": float(joint_error_mm(scene, fit)),
            "at the start": float(joint_error_mm(scene, start)),
            "seconds": seconds,
        }


def unknown(scene):
    """With a known camera and in the gait crop; turned the wrong way is the mirror image."""
    generator, rows = np.random.default_rng(1), {"camera": [], "gait crop": []}
    clips = max(1, scene.fits // 10)
    for index in range(clips):
        person = Identity.draw(generator)
        motion = walk(scene.body, person, frames=16, phase=generator.uniform()).motion
        mesh = motion.decode(scene.body)
        camera = Camera.orbit(
            index * 360 / clips + 25, 5.0, 6.0, (PIXELS, PIXELS), target=(0, 0.9, 0), fov_deg=32
        )
        seen = render.mask(camera.project(mesh.vertices), mesh.faces, camera.size)
        for name, found in rows.items():
            known = camera if name == "camera" else None
            before = time.perf_counter()
            fit = fit_silhouettes(seen, body=scene.body, camera=known)
            seconds = time.perf_counter() - before
            joints = fit.motion.decode(scene.body).require_joints()
            sight = Camera.orbit(0, 0, 1.0, (1, 1)) if known is None else camera
            ours, true = (
                (x - x[:, :1]) @ view.rotation.mT
                for x, view in ((joints, sight), (mesh.require_joints(), camera))
            )
            off = 1000 * float((ours - true).norm(dim=-1).mean())
            found.append((float(fit.start_iou.median()), float(fit.iou.median()), off, seconds))
    for name, found in rows.items():
        start, end, off, seconds = np.median(found, axis=0).tolist()
        yield {
            "known": name, "clips": clips, "start IoU": start, "median IoU": end,
            "joints off, mm": off, "worst clip, mm": max(row[2] for row in found),
            "seconds per clip": seconds,
        }  # fmt: skip


def joint_error_mm(scene, smpl):
    found, true = (
        scene.body(pose=x.pose, betas=x.betas).require_joints() for x in (smpl, scene.truth)
    )
    found, true = found - found[..., :1, :], true - true[..., :1, :]
    return 1000 * (found - true).norm(dim=-1).mean()


def timed(scene, target, start, config):
    before = time.perf_counter()
    fit = fit_silhouettes(target, body=scene.body, camera=scene.camera, start=start, config=config)
    seconds, found = time.perf_counter() - before, fit.motion
    return Start(*map(torch.from_numpy, (found.pose, found.betas, found.transl))), seconds


if __name__ == "__main__":
    main()
