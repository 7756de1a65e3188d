import numpy as np
import pytest
from PIL import Image

from meshgait.body import Body
from meshgait.errors import ConfigError
from meshgait.modalities.scene import Scene
from meshgait.visualization.player import write_player
from meshgait.walker import Identity, walk


@pytest.fixture(scope="module")
def scene():
    body = Body.embedded()
    motion = walk(body, Identity.average(), frames=5).motion
    return Scene.follow(body, motion.decode(body), motion.fps)


def test_a_gif_plays_all_frames_at_their_rate(scene, tmp_path):
    write_player(scene, tmp_path / "walk.gif", pixels=64)
    with Image.open(tmp_path / "walk.gif") as film:
        assert (film.n_frames, film.size, film.info["duration"]) == (5, (64, 64), 40)
        film.seek(4)
        assert np.asarray(film.convert("L")).min() < 150


def test_a_png_shows_moments_side_by_side(scene, tmp_path):
    write_player(scene, tmp_path / "walk.png", pixels=64)
    with Image.open(tmp_path / "walk.png") as image:
        assert image.size == (5 * 64, 64)


def test_an_mp4_has_its_frames(scene, tmp_path):
    cv2 = pytest.importorskip("cv2", reason="the extra 'data'")
    write_player(scene, tmp_path / "walk.mp4", pixels=63)
    film = cv2.VideoCapture(str(tmp_path / "walk.mp4"))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == 5
    assert film.get(cv2.CAP_PROP_FPS) == 25
    film.release()


@pytest.mark.parametrize("name", ["walk.avi", "walk"])
def test_other_endings_are_refused(scene, tmp_path, name):
    with pytest.raises(ConfigError, match=r"must end in one of \.png, \.gif, \.mp4"):
        write_player(scene, tmp_path / name)
    with pytest.raises(ConfigError, match="16 pixels or more"):
        write_player(scene, tmp_path / "walk.gif", pixels=3)
