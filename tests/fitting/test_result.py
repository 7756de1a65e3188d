import numpy as np
import pytest
import torch

from meshgait.errors import DataError
from meshgait.fitting import Fit, FitConfig, fit_silhouettes
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
    for name in ("pose", "betas", "transl", "iou", "start_iou"):
        assert torch.equal(getattr(again, name), getattr(fit, name))
    for name in ("pose", "betas", "transl"):
        assert torch.equal(getattr(again.start, name), getattr(fit.start, name))
    vertices = fit.decode(body()).vertices
    assert torch.equal(again.camera.project(vertices), fit.camera.project(vertices))
    assert again.camera.size == fit.camera.size


def test_other_files_are_refused(tmp_path):
    np.savez(tmp_path / "other.npz", pose=np.zeros(3), camera=np.array("fisheye"))
    with pytest.raises(DataError, match="is no fit that meshgait wrote"):
        Fit.load(tmp_path / "other.npz")
