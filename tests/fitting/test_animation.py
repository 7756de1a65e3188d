import pytest
from PIL import Image
from torch.testing import assert_close

from meshgait.errors import ShapeError
from meshgait.fitting import FitConfig, fit_silhouettes, render_fit, write_gif
from tests.fitting.scene import body, filmed


@pytest.fixture(scope="module", params=["camera", "none"])
def fitted(request):
    _, _, camera, seen = filmed()
    config = FitConfig(rigid_steps=8, pose_steps=2, yaws_deg=(0.0,))
    used = camera if request.param == "camera" else None
    return seen, fit_silhouettes(seen, body=body(), camera=used, config=config)


def test_a_film_shows_silhouette_start_fit_and_body(fitted, tmp_path):
    seen, fit = fitted
    pictures = render_fit(seen, fit, body(), height=60)
    assert pictures.shape[:2] == (4, 60)
    width = (pictures.shape[2] - 6) // 4
    first, _, second, third = (pictures[:, :, k * (width + 2) :][:, :, :width] for k in range(4))
    assert_close(first[..., 0], first[..., 1])
    white = (first > 127).all(-1)
    grey_or_red = (second.float() - 255).abs().amax(-1) > 60
    assert (white & ~grey_or_red).float().mean() < 0.01  # the silhouette is in every comparison
    assert (third != 255).any()
    write_gif(tmp_path / "fit.gif", pictures)
    with Image.open(tmp_path / "fit.gif") as video:
        assert video.n_frames == 4
        assert video.size == (pictures.shape[2], 60)


@pytest.mark.usefixtures("unchecked")
def test_a_film_shows_one_sequence(fitted):
    seen, fit = fitted
    with pytest.raises(ShapeError, match="one sequence at a time"):
        render_fit(seen[:2], fit, body())
