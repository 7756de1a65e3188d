from dataclasses import replace

import numpy as np
import pytest

from meshgait.body import JOINT_NAMES
from meshgait.errors import DataError
from meshgait.io import fit_joints
from meshgait.io.track import point_track
from meshgait.sequence.motion import Motion
from tests.io.samples import body, motion


def joints(names=JOINT_NAMES[:22]):
    """Joints of the walk on a body of mean shape, as a track and as an array."""
    whole = Motion(motion().pose, np.zeros(10, np.float32), motion().transl, 25.0)
    places = whole.decode(body()).joints.numpy()
    chosen = places[:, [JOINT_NAMES.index(name) for name in names]]
    return point_track(frames=None, points=chosen, names=names, unit="m", axes="y up"), places


@pytest.mark.parametrize("left_out", [(), ("spine1", "spine2", "left_collar", "right_collar")])
def test_the_joints_of_a_body_give_that_body(left_out):
    names = tuple(name for name in JOINT_NAMES[:22] if name not in left_out)
    track, places = joints(names)
    found = fit_joints(track).to_motion(body(), fps=25).decode(body()).joints.numpy()
    found[..., 1] += (places - found)[..., 1].mean()  # the fit stands on the floor, this does not
    error = np.linalg.norm(found - places, axis=-1)[:, :22].max()
    assert error < (0.05 if left_out else 2e-3)


def test_points_of_a_picture_and_missing_legs_are_refused():
    track, _ = joints()
    with pytest.raises(DataError, match="points in metres, not of points in a picture"):
        fit_joints(replace(track, unit="px"))
    with pytest.raises(DataError, match="a body needs left_knee beside"):
        fit_joints(track.select(tuple(n for n in JOINT_NAMES[:22] if n != "left_knee")))


@pytest.mark.parametrize("with_feet", [True, False])
def test_sides_that_are_exchanged_and_a_mirrored_world_are_told(with_feet):
    names = tuple(n for n in JOINT_NAMES[:22] if with_feet or not n.endswith("foot"))
    track, _ = joints(names)
    swap = {"left": "right", "right": "left"}
    sides = [name.partition("_") for name in names]
    other = tuple(f"{swap[a]}_{b}" if a in swap else f"{a}{_}{b}" for a, _, b in sides)
    mirrored = track.points * np.float32([-1, 1, 1])
    for wrong in (replace(track, names=other), replace(track, points=mirrored)):
        with pytest.warns(UserWarning, match="left and right are exchanged in the file, or its"):
            fit_joints(wrong)
    fit_joints(replace(track, names=other, points=mirrored))  # just another walk


def test_a_unit_that_makes_legs_of_nobody_is_corrected_and_told():
    track, _ = joints()
    right = fit_joints(track)
    for times, unit in ((100, "centimetres"), (1000, "millimetres"), (39.37, "inches")):
        with pytest.warns(UserWarning, match=f"long by what the file says; .* read as {unit}"):
            found = fit_joints(replace(track, points=track.points * np.float32(times)))
        np.testing.assert_allclose(found.transl, right.transl, atol=1e-3)
        assert found.fit_mm == pytest.approx(right.fit_mm, abs=0.1)
