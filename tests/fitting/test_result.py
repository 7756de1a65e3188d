from dataclasses import replace

import numpy as np
import pytest
import torch

from meshgait import WeakPerspective
from meshgait.data.preparation.derived import complete
from meshgait.errors import DataError, ShapeError
from meshgait.fitting import Fit, FitConfig, fit_silhouettes
from meshgait.modalities import normalized_coverage
from tests.fitting.scene import body, filmed


@pytest.fixture(scope="module", params=["camera", "none"])
def fitted(request):
    _, _, camera, seen = filmed()
    config = FitConfig(rigid_steps=8, pose_steps=2, yaws_deg=(0.0,))
    used = camera if request.param == "camera" else None
    return seen, fit_silhouettes(seen, body=body(), camera=used, config=config)


def test_a_fit_survives_its_file(fitted, tmp_path):
    fit = fitted[1]
    fit.save(tmp_path / "fit.npz")
    again = Fit.load(tmp_path / "fit.npz")
    for name in ("iou", "start_iou"):
        assert torch.equal(getattr(again, name), getattr(fit, name))
    for ours, theirs in ((again.motion, fit.motion), (again.start, fit.start)):
        for name in ("pose", "betas", "transl", "fps"):
            np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    vertices = fit.motion.decode(body()).vertices
    assert torch.equal(again.camera.project(vertices), fit.camera.project(vertices))
    assert again.camera.size == fit.camera.size


def test_the_clip_of_a_fit_shows_what_its_camera_saw(fitted):
    """But for the perspective at six metres, where there was any."""
    fit = fitted[1]
    mesh = fit.motion.decode(body())
    pixels = fit.camera.project(mesh.vertices)
    expected = normalized_coverage(pixels, mesh.faces)
    clip = complete(fit.to_clip(body(), "anna"), ["silhouette"])
    found = torch.from_numpy(clip.frames["silhouette"]) / 255
    exact = isinstance(fit.camera, WeakPerspective)
    assert (found - expected).abs().mean() < (0.003 if exact else 0.03)
    both = replace(fit.motion, **{name: np.stack(2 * [getattr(fit.motion, name)])
                                  for name in ("pose", "betas", "transl")})  # fmt: skip
    with pytest.raises(ShapeError, match="the fit of several"):
        replace(fit, motion=both).to_clip(body(), "anna")


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "other.npz"
    np.savez(path, pose=np.zeros(3), start_pose=np.zeros(3), camera=np.array("fisheye"))
    with pytest.raises(DataError, match="is no fit that meshgait wrote"):
        Fit.load(path)
    np.savez(path, pose=np.zeros((3, 72)))
    with pytest.raises(DataError, match=r"is a motion \(pose\), not a fit"):
        Fit.load(path)
