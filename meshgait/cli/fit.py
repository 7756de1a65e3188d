"""Fit bodies to silhouettes: pose, shape and camera of a clip into an .npz, and a video of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jsonargparse import ArgumentParser

from meshgait.cli._parsing import make_parser, parse
from meshgait.errors import DataError

_PICTURES = (".png", ".jpg", ".jpeg", ".bmp")


def run(arguments: Sequence[str]) -> None:
    """Fit, write the parameters and the video, say how well the silhouettes overlap."""
    from meshgait.body import Body
    from meshgait.camera import Camera
    from meshgait.fitting import Start, fit_silhouettes, render_fit, write_gif

    chosen = parse(_parser(), arguments)
    arrays = _read(chosen.clip)
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
        config=chosen.fit,
        progress=True,
    )
    fit.save(chosen.out)
    before, after = float(fit.start_iou.median()), float(fit.iou.median())
    print(
        f"{chosen.out}: {len(fit.motion)} frames, median overlap (IoU) {before:.3f} -> {after:.3f}"
    )
    if chosen.gif:
        write_gif(chosen.gif, render_fit(silhouette, fit, body))
        print(f"{chosen.gif}: silhouette, start, fit and body")


def _parser() -> ArgumentParser:
    from meshgait.fitting import FitConfig

    parser = make_parser("fit", __doc__)
    parser.add_argument(
        "clip", type=Path, help="an .npz with the array silhouette (T, H, W), or a folder of "
        "pictures; joints_px (T, 24, 3) in it, x, y and confidence, are used with --fov-deg",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("fit.npz"), help="file to write")
    parser.add_argument("--gif", type=Path | None, default=None, help="video to write")
    parser.add_argument("--body", type=Path | None, default=None, help="SMPL file to use")
    parser.add_argument(
        "--fov-deg", type=float | None, default=None, help="vertical field of view of a camera at "
        "rest; without it the silhouettes may be cropped and normalised in any way",
    )  # fmt: skip
    parser.add_argument(
        "--from-smpl", action="store_true", help="begin with the array smpl (T, 85) of the clip: "
        "camera, pose, betas, as ROMP estimates them",
    )  # fmt: skip
    parser.add_class_arguments(FitConfig, "fit")
    return parser


def _read(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an .npz, or the pictures of a folder in the order of their names."""
    from meshgait._optional import require
    from meshgait.files.storage import read_npz

    if not path.is_dir():
        arrays = read_npz(path)
        if "silhouette" not in arrays:
            raise DataError(f"{path} has no array silhouette, only {', '.join(arrays) or 'none'}")
        return arrays
    files = sorted(file for file in path.iterdir() if file.suffix.lower() in _PICTURES)
    if not files:
        raise DataError(f"{path} holds no pictures ({', '.join(_PICTURES)})")
    image = require("PIL.Image")
    try:
        frames = [np.asarray(image.open(file).convert("L")) for file in files]
    except (image.UnidentifiedImageError, image.DecompressionBombError, SyntaxError) as error:
        raise DataError(f"a picture in {path} cannot be read: {error}") from error
    if len({frame.shape for frame in frames}) > 1:
        raise DataError(f"the pictures in {path} differ in size; a sequence has one size")
    return {"silhouette": np.stack(frames)}
