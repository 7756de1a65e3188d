from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from meshgait.errors import ConfigError
from meshgait.io import read, write
from meshgait.io.write import Target, target_of
from tests.contracts.calls import mapped
from tests.io.samples import FLIP, body, motion, shows_the_walk, turned, write_gait3d


def seen(folder):
    """The walk as a camera sees it, with its place."""
    return replace(read(write_gait3d(folder)).body(), transl=turned(FLIP)[1])


@pytest.mark.parametrize("name", ["x.npz", "x.bvh", "x.pkl"])
def test_what_is_written_by_its_ending_is_read_as_the_same_walk(tmp_path, name):
    track = seen(tmp_path)
    write(tmp_path / name, track, body(), fps=30.0)
    again = read(tmp_path / name).body()
    shows_the_walk(again)
    assert len(again) == len(motion().pose)


@pytest.mark.parametrize("target", ["clip", "amass", "gait3d"])
def test_what_is_written_by_name_is_read(tmp_path, target):
    track = seen(tmp_path)
    write(tmp_path / "x.npz", track, body(), target, fps=30.0) if target != "gait3d" else write(
        tmp_path / "folder", track, body(), target
    )
    found = read(tmp_path / ("folder" if target == "gait3d" else "x.npz"))
    assert found.format.name == {"clip": "meshgait", "gait3d": "romp"}.get(target, target)
    shows_the_walk(found.body(), hands=target != "amass")


@pytest.mark.parametrize("target", get_args(Target))
def test_a_single_frame_is_written_as_the_first_of_many(tmp_path, target):
    track, content = seen(tmp_path), []
    for name, some in (("all", track), ("one", mapped(track, lambda leaf: leaf[:1]))):
        path = write(tmp_path / name / "walk", some, body(), target, fps=30.0)
        if target in ("obj", "ply"):
            content.append(np.frombuffer((path / f"000000.{target}").read_bytes(), np.uint8))
        elif target != "glb":  # which is written only
            content.append(read(path).body().pose[0])
    assert path.exists()
    if content:
        np.testing.assert_array_equal(*content)


def test_meshes_are_a_folder_named_without_the_ending(tmp_path):
    track = seen(tmp_path)
    write(tmp_path / "walk.ply", track, body())
    assert len(list((tmp_path / "walk").glob("*.ply"))) == len(motion().pose)


def test_an_ending_that_says_nothing(tmp_path):
    with pytest.raises(ConfigError, match=r"the ending of x.fbx says nothing; .*motion, clip"):
        target_of("x.fbx")
    assert np.all([target_of(f"x.{end}") for end in ("NPZ", "bvh", "glb")])
