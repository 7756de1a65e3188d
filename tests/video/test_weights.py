import subprocess
from zipfile import ZipFile

import pytest

from meshgait.errors import DependencyError
from meshgait.video import weights
from meshgait.video.weights import WHEEL, find_weights, pose_weights


@pytest.fixture
def empty(tmp_path, monkeypatch):
    monkeypatch.setenv("MESHGAIT_CACHE", str(tmp_path))
    return tmp_path / "video"


def pip(monkeypatch, code=0, says="", wheel=None):
    """A pip that does as it is told; the commands it was given."""
    given = []

    def run(command, **_):
        given.append(command)
        if wheel is not None:
            with ZipFile(f"{command[-1]}/mediapipe-0.10.14-x.whl", "w") as archive:
                for name, content in wheel.items():
                    archive.writestr(name, content)
        return subprocess.CompletedProcess(command, code, "", says)

    monkeypatch.setattr(weights.subprocess, "run", run)
    return given


def whole_wheel():
    right = pose_weights().detection.parent
    return {inside: (right / name).read_bytes() for name, (inside, _) in weights._CONTENT.items()}


def test_weights_are_there_with_their_licence():
    found = pose_weights()
    assert "Apache License" in (found.detection.parent / "LICENSE").read_text()
    assert found.landmarks.stat().st_size == 6440512


def test_without_a_connection_one_sentence_says_which_command(empty, monkeypatch):
    pip(monkeypatch, code=1, says="WARNING: retrying\nERROR: No matching distribution\n")
    with pytest.raises(DependencyError, match=r"No matching distribution.*doctor --fetch") as error:
        pose_weights()
    assert "\n" not in str(error.value)
    assert "pip download --no-deps --only-binary :all: --python-version 3.12 --platform " in str(
        error.value
    )
    assert find_weights() is None


def test_they_are_fetched_once_and_by_nothing_but_pip(empty, monkeypatch, capsys):
    content = whole_wheel_before(monkeypatch)
    given = pip(monkeypatch, wheel=content)
    assert pose_weights() == pose_weights() == find_weights()
    assert len(given) == 1
    assert WHEEL in given[0]
    assert "fetching" in capsys.readouterr().err


def whole_wheel_before(monkeypatch):
    """Read from the usual cache, although the test has one of its own."""
    with monkeypatch.context() as patch:
        patch.delenv("MESHGAIT_CACHE")
        return whole_wheel()


def test_a_wheel_of_other_content_is_refused_and_not_used(empty, monkeypatch):
    content = whole_wheel_before(monkeypatch)
    name = next(iter(content))
    content[name] = content[name][:-1] + b"x"
    pip(monkeypatch, wheel=content)
    with pytest.raises(DependencyError, match="not what it should be"):
        pose_weights()
    assert find_weights() is None


def test_a_wheel_that_lacks_a_network_is_refused(empty, monkeypatch):
    pip(monkeypatch, wheel={"something": b"else"})
    with pytest.raises(DependencyError, match="is damaged"):
        pose_weights()


def test_a_wheel_that_was_copied_into_the_cache_needs_no_pip(empty, monkeypatch):
    content = whole_wheel_before(monkeypatch)
    given = pip(monkeypatch, code=1)
    empty.mkdir()
    with ZipFile(empty / "mediapipe-0.10.14-cp312-cp312-any.whl", "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    assert pose_weights().detection.parent == empty
    assert not given


def test_a_damaged_file_in_the_cache_is_fetched_again(empty, monkeypatch):
    content = whole_wheel_before(monkeypatch)
    given = pip(monkeypatch, wheel=content)
    pose_weights().detection.write_bytes(b"half")
    assert find_weights() is None
    pose_weights()
    assert len(given) == 2
