"""How estimates of SMPL parameters err: fits to pictures beside SyntheticGait's cheap twin of them.

    python benchmarks/estimator.py [--clips 8] [--frames 24]

A fit sees what a mesh-recovery tool sees: the segmented picture and noisy joints in it (2 percent
of the height, correlated in time, some missing), with a camera that is only guessed and no prior
that knows our walkers; `by joints` is the same fit, led by the joints as such tools are, which are
taught joints and hardly silhouettes. `overlap` is that of the drawn body with the silhouette of the
data set, `truth` what the walker itself reaches without the clothes; errors are of joints from the
pelvis, in millimetres (PA: after the best similarity), `memory` their correlation between two
frames. Degrees are those of rotations of joints against their parents; ends are feet, hands, neck
and head.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.signal import lfilter
from scipy.spatial.transform import Rotation

from meshgait import Body, Camera
from meshgait.body import JOINT_INDEX
from meshgait.data.preparation.drawings import decode_estimate
from meshgait.data.synthetic.render_clip import WildConfig, _photograph, draw_clip, dressed
from meshgait.data.synthetic.segmentation import segment
from meshgait.fitting import FitConfig, fit_silhouettes
from meshgait.modalities import normalize_silhouette, normalized_coverage
from meshgait.walker import EstimatorNoise, estimate_smpl

CONFIG = replace(WildConfig(), occluded=0.0)
ENDS = [JOINT_INDEX[f"{s}_{n}"] for s in ("left", "right") for n in ("foot", "wrist", "hand")]
ENDS += [JOINT_INDEX["head"], JOINT_INDEX["neck"]]
LED_BY_JOINTS = 10 * FitConfig.joints
LIMBS = [j for j in range(1, 24) if j not in ENDS]


@dataclass
class Scene:
    """One clip: the walker's joints from the camera, its segmented picture and noisy joints."""

    clip: object
    joints: torch.Tensor  # (T, 24, 3) metres, camera axes
    pose: np.ndarray  # (T, 24, 3) of the walker
    image: np.ndarray  # (T, H, W) segmented, in a crop that follows
    silhouette: np.ndarray  # (T, 64, 44) as the data set gives it
    joints_px: np.ndarray  # (T, 24, 3) in the crop


def film(body: Body, number: int, frames: int) -> Scene:
    """Clip `number`, of a person of its own."""
    config = replace(CONFIG, frames=(frames, frames))
    clip = draw_clip(str(number), (77, number), 0, body, config)
    generator = np.random.default_rng((77, number))
    mesh = dressed(body, clip)
    joints = mesh.require_joints()
    picture, corner = _photograph(mesh, clip.camera)
    image = segment(picture, config.segmentation, generator)
    pixels = clip.camera.project(joints).numpy() - corner[:, None]
    height = np.ptp(pixels[..., 1], axis=1).mean()
    fresh = generator.standard_normal(pixels.shape) * np.sqrt(1 - 0.8**2)
    wrong = 0.02 * height * lfilter([1.0], [1.0, -0.8], fresh, axis=0)
    seen = (generator.random(pixels.shape[:2]) > 0.05)[..., None]
    joints_px = np.concatenate([pixels + wrong, seen], axis=2).astype(np.float32)
    silhouette = normalize_silhouette(image, config.size)
    pose = clip.walk.motion.pose.reshape(-1, 24, 3)
    return Scene(clip, clip.camera.to_camera(joints), pose, image, silhouette, joints_px)


Estimate = tuple[torch.Tensor, torch.Tensor, torch.Tensor]  # joints, drawn body, pose


def fitted(body: Body, scene: Scene, joints: float) -> Estimate:
    """Joints from the camera, the drawn body in the data set's crop, and the pose (T, 72)."""
    camera = Camera.orbit(0, 0, 7.0, scene.image.shape[1:], target=(0, 0.9, 0), fov_deg=25)
    fit = fit_silhouettes(
        scene.image, body=body, camera=camera, joints_px=scene.joints_px, fps=CONFIG.fps,
        config=FitConfig(prior=0.0, smoothness=0.01, joints=joints),
    )  # fmt: skip
    mesh = fit.motion.decode(body)
    crop = normalized_coverage(camera.project(mesh.vertices), mesh.faces, CONFIG.size)
    return camera.to_camera(mesh.require_joints()), crop, fit.motion.pose


def twin(body: Body, scene: Scene, noise: EstimatorNoise) -> Estimate:
    """The same of SyntheticGait's estimates."""
    clip = scene.clip
    joints = clip.walk.motion.decode(body).require_joints()
    generator = np.random.default_rng((*clip.key, 5))
    smpl = torch.from_numpy(
        estimate_smpl(body, clip.walk.motion, joints, clip.camera, noise, generator)
    )
    mesh = decode_estimate(smpl, body)
    flat = smpl[:, None, :1] * mesh.vertices[..., :2] + smpl[:, None, 1:3]
    crop = normalized_coverage(64 * flat + 64, mesh.faces, CONFIG.size)
    return mesh.require_joints(), crop, smpl[:, 3:75]


def scores(
    scene: Scene, joints: torch.Tensor, crop: torch.Tensor, pose: torch.Tensor
) -> dict[str, float]:
    """Overlap and errors of one clip."""
    angles = turned(np.asarray(pose).reshape(-1, 24, 3), scene.pose)
    true = (scene.joints - scene.joints[:, :1]).double().numpy()
    found = (joints - joints[:, :1]).double().numpy()
    wrong = 1000 * (found - true)[:, 1:]
    ours, theirs = crop.numpy() > 0.5, scene.silhouette > 127
    overlap = (ours & theirs).sum((1, 2)) / (ours | theirs).sum((1, 2))
    centred = wrong - wrong.mean(0)
    memory = (centred[1:] * centred[:-1]).mean() / (centred**2).mean()
    return {
        "overlap": overlap.mean(),
        "MPJPE": np.linalg.norm(wrong, axis=-1).mean(),
        "PA": 1000 * np.mean([aligned(f, t) for f, t in zip(found, true, strict=True)]),
        "across": np.abs(wrong[..., 0]).mean(),
        "down": np.abs(wrong[..., 1]).mean(),
        "in depth": np.abs(wrong[..., 2]).mean(),
        "memory": memory,
        "limbs, deg": angles[:, LIMBS].mean(),
        "ends, deg": angles[:, ENDS].mean(),
    }


def turned(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Degrees (T, 24) between rotations of a joint against its parent."""
    a, b = (Rotation.from_rotvec(x.reshape(-1, 3).astype(float)) for x in (found, true))
    return np.rad2deg((a.inv() * b).magnitude()).reshape(found.shape[:2])


def aligned(found: np.ndarray, true: np.ndarray) -> float:
    """Mean distance after the best rotation, scale and shift (Procrustes)."""
    a, b = found - found.mean(0), true - true.mean(0)
    u, sizes, vt = np.linalg.svd(a.T @ b)
    sizes = sizes * [1, 1, np.sign(np.linalg.det(u @ vt))]
    turn = u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt
    return float(np.linalg.norm(sizes.sum() / (a**2).sum() * a @ turn - b, axis=1).mean())


def main(argv: list[str] | None = None) -> None:
    """Print medians and quartiles over the clips."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=8)
    parser.add_argument("--frames", type=int, default=24)
    parser.add_argument("--no-fits", action="store_true", help="the twin alone")
    chosen = parser.parse_args(argv)
    body = Body.embedded()
    ways = {
        "truth": lambda scene: twin(body, scene, EstimatorNoise(0, 0, 0)),
        "twin": lambda scene: twin(body, scene, EstimatorNoise()),
    }
    if not chosen.no_fits:
        ways["fit"] = lambda scene: fitted(body, scene, FitConfig.joints)
        ways["by joints"] = lambda scene: fitted(body, scene, LED_BY_JOINTS)
    rows = {name: [] for name in ways}
    for number in range(chosen.clips):
        scene = film(body, number, chosen.frames)
        for name, way in ways.items():
            with torch.no_grad():
                rows[name].append(scores(scene, *way(scene)))
    names = list(rows["truth"][0])
    print(f"{'':10}", *(f"{name:>18}" for name in names))
    for way, found in rows.items():
        quartiles = [np.quantile([row[n] for row in found], [0.25, 0.5, 0.75]) for n in names]
        texts = [f"{m:.3g} ({a:.3g}-{b:.3g})" for a, m, b in quartiles]
        print(f"{way:10}", *(f"{text:>18}" for text in texts))


if __name__ == "__main__":
    main()
