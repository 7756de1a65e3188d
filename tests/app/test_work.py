import numpy as np
import pytest

from meshgait.app.work import gait_page, people_of_video, representations, scene_page, write_walker
from meshgait.cli.app import command_of
from meshgait.errors import DataError
from meshgait.modalities.scene import REPRESENTATIONS
from meshgait.visualization.mp4 import write_video


@pytest.fixture(scope="module")
def walker(tmp_path_factory):
    path = tmp_path_factory.mktemp("w") / "walker.npz"
    write_walker(path)
    return path


def test_a_walk_gives_a_scene_and_numbers(walker, tmp_path):
    assert "<canvas" in scene_page(walker, tmp_path / "scene.html")
    page, table = gait_page(walker, tmp_path)
    assert "Gait of walker.npz" in page
    assert table.startswith(b"walk,") or b"stride" in table.splitlines()[0]


def test_how_far_the_work_is_is_told_and_may_end_it(walker):
    told = []

    def tell(done, what):
        told.append(done)
        if len(told) == 3:
            raise DataError("stopped")

    with pytest.raises(DataError, match="stopped"):
        representations(walker, tell)
    assert told == [k / len(REPRESENTATIONS) for k in range(3)]


def test_a_video_tells_its_frames_and_nobody_is_a_sentence(tmp_path):
    write_video(tmp_path / "a.mp4", [np.full((64, 96, 3), 80, np.uint8)] * 2, fps=25)
    told = []
    with pytest.raises(DataError, match="nobody found in 2 frames"):
        people_of_video(tmp_path / "a.mp4", tmp_path / "o", lambda done, what: told.append(what))
    assert told == ["frame 1 of 2", "frame 2 of 2"]


def test_the_page_is_served_to_this_machine_alone():
    command = command_of(8501, 500)
    assert "--server.address=127.0.0.1" in command
    assert "--browser.gatherUsageStats=false" in command
