"""Fit bodies to silhouettes: pose, shape and camera of a clip into an .npz, and a video of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jsonargparse import ArgumentParser, Namespace

from meshgait.cli._clips import add_camera, read_clip, say_what_is_made
from meshgait.cli._parsing import make_parser, parse
from meshgait.errors import DataError

if TYPE_CHECKING:
    from meshgait.body import Body
    from meshgait.fitting import Fit


def run(arguments: Sequence[str]) -> None:
    """Fit, write the parameters and the video, say how well the silhouettes overlap."""
    from meshgait.body import Body
    from meshgait.camera import Camera
    from meshgait.fitting import Start, fit_silhouettes, render_fit, write_gif

    chosen = parse(_parser(), arguments)
    arrays, fps = _read(chosen)
    silhouette = arrays["silhouette"]
    if chosen.from_smpl and "smpl" not in arrays:
        raise DataError(f"{chosen.clip} has no array smpl to begin with; leave out --from-smpl")
    if silhouette.ndim != 3:
        raise DataError(f"{chosen.clip}: silhouette must be (T, H, W), got {silhouette.shape}")
    camera = None
    if chosen.fov_deg is not None:
        if not 0 < chosen.fov_deg < 170:
            raise DataError(f"a field of view is between 0 and 170 degrees, got {chosen.fov_deg}")
        size = (silhouette.shape[1], silhouette.shape[2])
        camera = Camera.orbit(0, 0, 8.0, size, fov_deg=chosen.fov_deg)
    body = Body.load(chosen.body) if chosen.body else Body.embedded()
    fit = fit_silhouettes(
        silhouette,
        body=body,
        camera=camera,
        start=Start.from_smpl(arrays["smpl"]) if chosen.from_smpl else None,
        joints_px=arrays.get("joints_px") if camera else None,
        fps=fps,
        config=chosen.fit,
        progress=True,
    )
    if chosen.offsets:
        fit = _refined(fit, silhouette, body, chosen)
    fit.save(chosen.out)
    before, after = float(fit.start_iou.median()), float(fit.iou.median())
    print(
        f"{chosen.out}: {len(fit.motion)} frames, median overlap (IoU) {before:.3f} -> {after:.3f}"
    )
    if chosen.gif:
        write_gif(chosen.gif, render_fit(silhouette, fit, body))
        print(f"{chosen.gif}: silhouette, start, fit and body")


def _refined(fit: Fit, silhouette: np.ndarray, body: Body, chosen: Namespace) -> Fit:
    """The fit with the offsets that lay its skin over the silhouettes."""
    from meshgait.fitting import refine

    found = refine(fit.motion.decode(body), silhouette, fit.camera, body=body, config=chosen.refine)
    before, after = float(found.start_iou.median()), float(found.bare_iou.median())
    stands = 1000 * float(found.offsets.square().mean().sqrt())
    print(
        f"offsets: {stands:.1f} mm (root mean square), median overlap (IoU) "
        f"{before:.3f} -> {after:.3f}"
    )
    return replace(fit, offsets=found.offsets, confidence=found.confidence)


def _parser() -> ArgumentParser:
    from meshgait.fitting import FitConfig, RefineConfig

    parser = make_parser("fit", __doc__)
    parser.add_argument(
        "clip", type=Path, help="a clip or any .npz with the array silhouette (T, H, W), a folder "
        "of images, or bodies, whose silhouettes are drawn: a motion, or a file that meshgait "
        "convert reads; joints_px (T, 24, 3), x, y and confidence, are used with --fov-deg",
    )  # fmt: skip
    parser.add_argument("-o", "--out", type=Path, default=Path("fit.npz"), help="file to write")
    parser.add_argument("--gif", type=Path | None, default=None, help="video to write")
    parser.add_argument("--fps", type=float, default=25.0, help="frames a second, where unknown")
    add_camera(parser)
    parser.add_argument(
        "--fov-deg", type=float | None, default=None, help="vertical field of view of a camera at "
        "rest; without it the silhouettes may be cropped and normalised in any way",
    )  # fmt: skip
    parser.add_argument(
        "--from-smpl", action="store_true", help="begin with the array smpl (T, 85) of the clip: "
        "camera, pose, betas, as ROMP estimates them",
    )  # fmt: skip
    parser.add_argument(
        "--offsets", action="store_true", help="then let the skin stand off the fitted body where "
        "the silhouettes do: belly, hips, hair, which ten shape coefficients cannot say",
    )  # fmt: skip
    parser.add_class_arguments(FitConfig, "fit")
    parser.add_class_arguments(RefineConfig, "refine")
    return parser


def _read(chosen: Namespace) -> tuple[Mapping[str, np.ndarray], float]:
    """The arrays of a file, or the images of a folder, and the frame rate."""
    from meshgait.data.layouts.source import frame_names
    from meshgait.data.preparation.derived import complete, derivable
    from meshgait.files.images import IMAGE_SUFFIXES
    from meshgait.files.pixels import clip_levels
    from meshgait.files.storage import read_npz
    from meshgait.sequence.kind import names_in

    path = chosen.clip
    if path.is_dir() and (names := frame_names(path, IMAGE_SUFFIXES)):
        return {"silhouette": _images(path, names)}, chosen.fps
    if "silhouette" in names_in(path):  # beside which there may be joints_px, or what is no frame
        arrays = read_npz(path)
        return arrays | {"silhouette": clip_levels(arrays["silhouette"])}, chosen.fps
    clip, fps, by_ours = read_clip(path, chosen)
    missing = derivable(tuple(clip.frames), ["silhouette"], where=str(path))
    say_what_is_made([path], missing, by_ours, chosen)
    return complete(clip, missing).frames, fps or chosen.fps


def _images(path: Path, names: Sequence[str]) -> np.ndarray:
    """The images of a folder in the order of their frame numbers."""
    from meshgait.data.layouts.frame_numbers import frame_numbers
    from meshgait.files.images import read_silhouette

    numbers = frame_numbers(names)
    frames = []
    for name in sorted(numbers, key=lambda name: (numbers[name] or 0, name)):
        try:
            frames.append(read_silhouette(path / name)[0])
        except DataError as error:
            raise DataError(f"{path / name} {error}") from error
    if len({frame.shape for frame in frames}) > 1:
        raise DataError(f"the images in {path} differ in size; a sequence has one size")
    return np.stack(frames)
