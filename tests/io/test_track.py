import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io.track import body_track, point_track, rest_joints
from meshgait.modalities import JOINT_SETS
from tests.io.samples import body, motion

POSE = np.zeros((3, 72))


def test_frames_are_sorted_with_all_that_belongs_to_them():
    transl = np.arange(9.0).reshape(3, 3)
    pose = POSE + np.array([[5.0], [1.0], [3.0]])
    track = body_track(frames=[5, 1, 3], pose=pose, transl=transl, axes="y up")
    assert track.pose[:, 0, 0].tolist() == [1, 3, 5]
    assert track.frames.tolist() == [1, 3, 5]
    np.testing.assert_array_equal(track.transl, transl[[1, 2, 0]])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pose": np.zeros((3, 70))}, r"pose is \(3, 70\), expected"),
        ({"pose": np.zeros((0, 72))}, r"pose is \(0, 72\)"),
        ({"pose": POSE + np.nan}, "pose holds NaN"),
        ({"pose": POSE + 1e9}, "which is no body's"),
        ({"pose": np.full((3, 72), "x")}, "expected numbers"),
        ({"pose": [[0.0] * 72, [0.0]]}, "rows of different length"),
        ({"pose": np.zeros((3, 24, 3, 3))}, "matrices that are not rotations"),
        ({"frames": [1, 1, 2]}, "occurs twice"),
        ({"frames": [1, 2]}, "2 frame ids"),
        ({"frames": [1.5, 2, 3]}, "not a whole number"),
        ({"frames": [0, 1, 1e30]}, "not a whole number"),
        ({"transl": np.zeros((2, 3))}, r"transl is \(2, 3\) for 3 frames"),
        ({"betas": np.zeros((4, 10))}, r"betas are \(4, 10\) for 3 frames, expected one row or 3"),
        ({"pose": POSE + 30}, "turned by 52 radians; if pose holds degrees"),
        ({"fps": 0}, "the frame rate is 0; needed are frames in a second"),
    ],
)
def test_what_does_not_fit_is_said(change, message):
    with pytest.raises(DataError, match=message):
        body_track(**{"frames": None, "pose": POSE, "axes": "y up"} | change)


@pytest.mark.parametrize("betas", [np.ones(10), np.ones((1, 16)), np.ones((3, 10)), np.ones(4)])
def test_shapes_of_any_length_become_ten_numbers_a_frame(betas):
    found = body_track(frames=None, pose=POSE, betas=betas, axes="y up").betas
    assert found.shape == (3, 10)
    assert found[2, : betas.shape[-1]].all()


def test_points_are_chosen_by_name_and_middles_are_made():
    names = JOINT_SETS["coco17"].names
    points = np.arange(2 * 17 * 2.0).reshape(2, 17, 2)
    seen = np.ones((2, 17))
    seen[0, names.index("left_hip")] = 0.2
    track = point_track(frames=None, points=points, confidence=seen, names=names, unit="px")
    found = track.select(("pelvis", "nose"))
    hips = points[:, [names.index("left_hip"), names.index("right_hip")]]
    np.testing.assert_array_equal(found.points, np.stack([hips.mean(1), points[:, 0]], axis=1))
    assert found.confidence[0, 0] == pytest.approx(0.2)
    with pytest.raises(DataError, match="there is no tail among nose, left_eye"):
        track.select(("tail",))


def test_joints_at_rest_are_those_the_body_decodes():
    from dataclasses import replace

    still = replace(motion(), pose=motion().pose[:1] * 0, transl=motion().transl[:1] * 0)
    ours = rest_joints(body(), np.stack([motion().betas * 0, motion().betas]))
    np.testing.assert_allclose(ours[1], still.decode(body()).joints[0], atol=1e-5)


@pytest.mark.parametrize("fps", [0.0, -3.0, float("nan")])
def test_a_frame_rate_that_is_none_is_refused_though_the_file_has_its_own(fps):
    track = body_track(frames=None, pose=POSE, axes="y up", fps=25.0)
    with pytest.raises(DataError, match="the frame rate is"):
        track.timed(fps)


def test_a_motion_of_a_track_with_gaps_is_too_short_and_says_so():
    track = body_track(frames=[3, 4, 8], pose=POSE, axes="y up", fps=30)
    with pytest.warns(UserWarning, match=r"3 of 6 frames are missing, .* fill them in first"):
        assert len(track.to_motion(body())) == 3
    assert len(track.stacked(body())) == 3  # whoever keeps the times is told nothing
    assert len(body_track(frames=[3, 4, 5], pose=POSE, axes="y up", fps=30).to_motion(body())) == 3
