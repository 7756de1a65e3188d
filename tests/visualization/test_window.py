import os
import subprocess
import sys

import pytest

from meshgait.body import Body
from meshgait.errors import DisplayError
from meshgait.modalities.scene import Scene
from meshgait.visualization import window as viz
from meshgait.walker import Identity, walk


@pytest.fixture(scope="module")
def scene():
    body = Body.embedded()
    motion = walk(body, Identity.average(), frames=3).motion
    return Scene.follow(body, motion.decode(body), motion.fps)


@pytest.fixture
def no_display(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_it_is_said_at_once(scene, no_display):
    with pytest.raises(DisplayError, match="there is no display"):
        viz.open_window(scene)


def test_a_crash_of_the_window_is_an_error_with_its_last_words(scene, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":99")

    def crash(command, **options):
        return subprocess.CompletedProcess(command, -11, stderr="eglInitialize failed\n\n")

    monkeypatch.setattr(viz.subprocess, "run", crash)
    with pytest.raises(DisplayError, match="was ended by signal 11: eglInitialize failed"):
        viz.open_window(scene)


def test_a_window_that_hangs_is_given_up(scene, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":99")

    def hang(command, *, timeout, **options):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(viz.subprocess, "run", hang)
    with pytest.raises(DisplayError, match="does not answer any more"):
        viz.open_window(scene, seconds=1.0)


def test_a_broken_open3d_is_an_error_with_what_is_missing(scene, monkeypatch, tmp_path):
    """Another open3d, found first, that fails as its wheel does without system libraries."""
    broken = 'raise OSError("libusb-1.0.so.0: cannot open shared object file")\n'
    (tmp_path / "open3d.py").write_text(broken)
    monkeypatch.setenv("DISPLAY", ":99")
    path = os.pathsep.join([str(tmp_path), os.getcwd()])
    monkeypatch.setenv("PYTHONPATH", path)
    with pytest.raises(DisplayError, match=r"libusb.*apt-get install libusb-1.0-0"):
        viz.open_window(scene)


@pytest.mark.open3d
@pytest.mark.skipif(not os.environ.get("DISPLAY"), reason="needs a display, such as Xvfb")
def test_the_window_opens_plays_and_closes(scene):
    viz.open_window(scene, seconds=1.0)
