import contextlib
import functools
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshgait._optional import require
from meshgait.body import JOINT_INDEX
from meshgait.errors import DataError, DependencyError
from meshgait.io import fit_joints, marker_joints, read
from tests.io.samples import FRAMES, body, motion

try:
    c3d = require("c3d", extra="mocap")
except DependencyError as error:
    pytest.skip(str(error), allow_module_level=True)

JOINTS = {
    "LKNE": "left_knee", "RKNE": "right_knee", "LANK": "left_ankle", "RANK": "right_ankle",
    "LTOE": "left_foot", "RTOE": "right_foot", "LSHO": "left_shoulder", "RSHO": "right_shoulder",
}  # fmt: skip


def joints():
    return motion().decode(body()).joints.numpy()


def markers():
    """Markers (T, 3) in metres, y up; those of the pelvis so that Bell's hips are the joints."""
    found = {mark: joints()[:, JOINT_INDEX[name]] for mark, name in JOINTS.items()}
    left, right = (joints()[:, JOINT_INDEX[f"{side}_hip"]] for side in ("left", "right"))
    aside = left - right
    width = np.linalg.norm(aside, axis=1, keepdims=True) / 0.72
    aside = aside / np.linalg.norm(aside, axis=1, keepdims=True)
    up = np.array([0, 1.0, 0]) - aside[:, 1:2] * aside
    up = up / np.linalg.norm(up, axis=1, keepdims=True)
    ahead = np.cross(aside, up)
    front = (left + right) / 2 + 0.19 * width * ahead + 0.30 * width * up
    found |= {"LASI": front + aside * width / 2, "RASI": front - aside * width / 2}
    back = front - 0.15 * ahead
    return found | {"LPSI": back + 0.05 * aside, "RPSI": back - 0.05 * aside}


def write(path, *, labels=None, places=None, unit=("mm", 1000), lost=None):
    """As a laboratory would: millimetres, z up. `lost` changes rows before they are written."""
    writer = c3d.Writer(point_rate=100.0)
    if unit[0] != "mm":
        writer.point_group.add_str("UNITS", "", unit[0], len(unit[0]))
    names = list(markers()) if labels is None else labels
    writer.set_point_labels(names)
    places = np.stack(list(markers().values()), axis=1) if places is None else places
    rows = np.zeros((len(places), len(names), 5), np.float32)
    x, y, z = np.moveaxis(places, -1, 0)
    rows[..., :3] = unit[1] * np.stack([x, -z, y], axis=-1)
    rows[2, 0, 3] = -1  # a marker that was not seen
    if lost is not None:
        lost(rows)
    writer.add_frames([(row, np.zeros((0, 0))) for row in rows])
    with path.open("wb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there is no analogue data
        writer.write(file)
    return path


@functools.cache
def whole():
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder) / "whole.c3d").read_bytes()


def test_a_file_that_ends_within_its_frames_is_refused(tmp_path):
    """The package gives the frames that are there and says nothing of the others."""
    path = write(tmp_path / "cut.c3d")
    path.write_bytes(path.read_bytes()[:-800])  # the last block is filled up to 512
    with pytest.raises(DataError, match=rf"of {FRAMES} frames are there; the file is cut"):
        read(path)


def test_markers_are_metres_with_names_and_gaps(tmp_path):
    track = read(write(tmp_path / "walk.c3d")).track()
    assert track.names == tuple(markers())
    assert (track.fps, track.axes) == (100, "z up")
    assert track.confidence[2, 0] == 0
    assert track.confidence.sum() == track.confidence.size - 1
    x, y, z = np.moveaxis(track.points[:, 1], -1, 0)
    np.testing.assert_allclose(np.stack([x, z, -y], 1), markers()["RKNE"], atol=1e-4)


def test_hips_lie_where_bell_puts_them(tmp_path):
    found = marker_joints(read(write(tmp_path / "walk.c3d")).track()).select(("left_hip",))
    x, y, z = np.moveaxis(found.points[:, 0], -1, 0)
    ours = joints()[:, JOINT_INDEX["left_hip"]]
    np.testing.assert_allclose(np.stack([x, z, -y], 1), ours, atol=1e-3)


def test_a_body_is_made_of_markers(tmp_path):
    track = fit_joints(marker_joints(read(write(tmp_path / "walk.c3d")).track()))
    assert track.fit_mm < 20
    assert f"joints are {track.fit_mm:.0f} mm from the body's" in track.notes[0]
    found = track.to_motion(body()).decode(body()).joints.numpy()
    for name in ("left_hip", "right_knee"):
        bone = [x[[0, 5], JOINT_INDEX[name]] - x[[0, 5], 0] for x in (found, joints())]
        assert np.linalg.norm(bone[0] - bone[1], axis=-1).max() < 0.06


def test_one_marker_on_the_sacrum_is_enough(tmp_path):
    marks = markers()
    back = (marks.pop("LPSI") + marks.pop("RPSI")) / 2
    both = fit_joints(marker_joints(read(write(tmp_path / "both.c3d")).track()))
    for name in ("SACR", "VSAC"):
        chosen = marks | {name: back}
        path = write(tmp_path / f"{name}.c3d", labels=list(chosen),
                     places=np.stack(list(chosen.values()), axis=1))  # fmt: skip
        track = fit_joints(marker_joints(read(path).track()))
        np.testing.assert_allclose(track.pose, both.pose, atol=1e-3)
        np.testing.assert_allclose(track.transl, both.transl, atol=1e-3)
    path = write(
        tmp_path / "x.c3d", labels=list(marks), places=np.stack(list(marks.values()), axis=1)
    )
    with pytest.raises(DataError, match="no markers LPSI, RPSI among LKNE"):
        marker_joints(read(path).track())


@pytest.mark.parametrize(
    ("word", "size"),
    [("m", 1), ("Meters", 1), ("metre", 1), ("cm", 100), ("Millimeters", 1000), ("inches", 39.37),
     ("ft", 1 / 0.3048), ("dm", 10), (" MM ", 1000)],
)  # fmt: skip
def test_a_unit_has_many_names(tmp_path, word, size):
    usual = read(write(tmp_path / "x.c3d")).track().points
    found = read(write(tmp_path / "y.c3d", unit=(word, size))).track().points
    np.testing.assert_allclose(found, usual, rtol=2e-6, atol=1e-6)


def test_a_unit_that_is_not_the_points_is_found_by_the_leg_and_told(tmp_path):
    usual = fit_joints(marker_joints(read(write(tmp_path / "x.c3d")).track()))
    track = read(write(tmp_path / "y.c3d", unit=("m", 1000))).track()
    with pytest.warns(UserWarning, match=r"a leg is 9\d\d m long .*read as millimetres"):
        found = fit_joints(marker_joints(track))
    np.testing.assert_allclose(found.transl, usual.transl, atol=1e-3)
    np.testing.assert_allclose(found.betas, usual.betas, atol=1e-3)
    assert found.fit_mm == pytest.approx(usual.fit_mm, rel=1e-2)


@pytest.mark.parametrize("nowhere", [0.0, np.nan])
def test_a_marker_in_the_origin_or_nowhere_was_not_seen(tmp_path, nowhere):
    def lose(rows):
        rows[2, 0, 3] = 0  # said to be seen
        rows[2, 0, :3] = nowhere

    track = read(write(tmp_path / "x.c3d", lost=lose)).track()
    usual = read(write(tmp_path / "y.c3d")).track()
    np.testing.assert_array_equal(track.confidence, usual.confidence)
    np.testing.assert_array_equal(track.points, usual.points)


def test_frames_in_which_a_leg_was_long_unseen_are_missing(tmp_path):
    places = np.stack(list(markers().values()), axis=1)
    places = places[np.clip(np.arange(60) // 10, 0, FRAMES - 1)]
    ankle = list(markers()).index("LANK")

    def lose(rows):
        rows[[*range(5, 25), *range(30, 51), *range(58, 60)], ankle, 3] = -1  # 20, 21, the end

    found = marker_joints(read(write(tmp_path / "x.c3d", places=places, lost=lose)).track())
    assert found.frames.tolist() == [*range(30), *range(51, 58)]


def test_everybody_of_a_file_is_there(tmp_path):
    places = np.stack(list(markers().values()), axis=1)
    labels = [f"{who}:{name}" for who in ("Ann", "Bob") for name in markers()]
    both = np.concatenate([places, places + np.array([1, 0, 0])], axis=1)
    tracks = read(write(tmp_path / "x.c3d", labels=labels, places=both)).tracks
    assert list(tracks) == ["Ann", "Bob"]
    assert tracks["Ann"].names == tracks["Bob"].names == tuple(markers())
    np.testing.assert_allclose(
        (tracks["Bob"].points - tracks["Ann"].points)[3:], np.broadcast_to([1, 0, 0],
        (FRAMES - 3, len(markers()), 3)), atol=1e-4,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_right_labels_on_any_points_are_noticed(tmp_path, seed):
    vertices = motion().decode(body()).vertices.numpy()
    chosen = np.random.default_rng(seed).choice(vertices.shape[1], len(markers()), replace=False)
    track = read(write(tmp_path / "x.c3d", places=vertices[:, chosen])).track()
    with pytest.warns(UserWarning, match=r"\d+ mm from those of the body that is nearest, more"):
        fit_joints(marker_joints(track))


def test_a_file_that_is_cut_is_refused(tmp_path):
    path = write(tmp_path / "walk.c3d")
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(DataError, match=r"walk.c3d \(C3D markers\): "):
        read(path)


@settings(max_examples=20)
@given(data=st.data())
def test_damaged_files_end_in_our_error_and_nothing_else(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "x.c3d"
    content = bytearray(whole())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with contextlib.suppress(DataError):
        read(path)
