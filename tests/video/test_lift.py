from dataclasses import replace

import numpy as np
import pytest
import torch

from meshgait.body import JOINT_INDEX, Body
from meshgait.errors import DataError
from meshgait.fitting import Fit, FitConfig
from meshgait.video import lift as module
from meshgait.video.cut import judge
from meshgait.video.landmarks import Sighting
from meshgait.video.lift import camera_of, lift, points_of, runs_of, stance
from meshgait.video.people import Person
from meshgait.video.region import Patch, Region
from meshgait.video.rows import row_of, rows_of
from meshgait.video.track import Seen
from tests.video.scene import SIZE, one
from tests.video.stage import rows, walk_across

# BlazePose's numbers of the joints that SMPL has, too.
SAME = {
    "left_hip": 23, "right_hip": 24, "left_knee": 25, "right_knee": 26, "left_ankle": 27,
    "right_ankle": 28, "left_shoulder": 11, "right_shoulder": 12, "left_elbow": 13,
    "right_elbow": 14, "left_wrist": 15, "right_wrist": 16, "head": 7,
}  # fmt: skip


def painted(frames):
    """Rows of a painted walker whose landmarks are the true joints."""
    found, truths = [], list(one(frames).frames())
    for index, truth in enumerate(truths):
        points, world = np.zeros((33, 2)), np.zeros((33, 3))
        joints, pixels = truth.joints[0].astype(float), truth.joints_px[0].astype(float)
        middle = joints[[JOINT_INDEX["left_hip"], JOINT_INDEX["right_hip"]]].mean(0)
        points[:], world[:] = pixels[15], joints[15] - middle
        for name, number in SAME.items():
            points[number] = pixels[JOINT_INDEX[name]]
            world[number] = joints[JOINT_INDEX[name]] - middle
        for side, numbers in (("left", (29, 31)), ("right", (30, 32))):
            for number in numbers:
                points[number] = pixels[JOINT_INDEX[f"{side}_foot"]]
                world[number] = joints[JOINT_INDEX[f"{side}_foot"]] - middle
        mask = Patch(truth.seen[0].astype(np.uint8) * 255, 0, 0)
        seen = Sighting(points, world, np.ones(33), 1.0, mask, Region(1, 1, 1))
        found.append(row_of(Seen(1, seen, 0.0), index, index / 30, truth.picture))
    return rows_of(found), truths


@pytest.fixture(scope="module")
def walked():
    return painted(module.LEAST_RUN)


def person(seen):
    return Person("person-01", seen, judge(seen, 30.0), ())


@pytest.fixture(scope="module")
def lifted(walked):
    """The person, bodies after few steps, and what was said on the way."""
    config = FitConfig(rigid_steps=4, pose_steps=8, yaws_deg=(0.0,), resolution=64)
    who, said = person(walked[0]), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CONFIGS", {"fast": config})
        return who, lift(who, SIZE, 30.0, 40.0, "fast", said.append), said


def test_true_joints_lie_where_the_camera_of_the_squares_sees_them(walked):
    seen, truths = walked
    camera = camera_of(seen, SIZE, 40.0)
    upright = np.array([1.0, -1.0, -1.0])
    joints = torch.from_numpy(np.stack([t.joints[0] for t in truths]) * upright).float()
    pixels = camera.project(joints).numpy() * seen.square[:, 2, None, None] / 128
    pixels += seen.square[:, None, :2]
    expected = np.stack([t.joints_px[0] for t in truths])
    assert np.abs(pixels - expected).max() < 0.01


def test_a_body_comes_to_lie_on_the_walker(walked, lifted):
    (_, truths), (_, found, said) = walked, lifted
    facts = found.describe()
    assert facts["iou"] > 0.7
    assert facts["fitted_frames"] == len(truths)
    assert "about" in said[0]
    joints = found.fits[0].motion.decode(Body.embedded()).joints.numpy() * [1, -1, -1]
    true = np.stack([t.joints[0] for t in truths])
    aside = np.abs((joints - true)[:, 0, :2]).max()
    assert aside < 0.15  # metres; what is left is depth


def test_the_clip_has_smpl_for_each_of_its_frames(lifted, tmp_path):
    who, found, _ = lifted
    seen = who.rows
    clip = found.add_to(who.clip())
    assert clip.frames["smpl"].shape == (len(clip), 85)
    np.testing.assert_array_equal(clip.frames["frame"], seen.frame)
    found.save(tmp_path / "motion.npz")
    assert len(Fit.load(tmp_path / "motion.npz").motion) == len(seen)


def test_feet_that_rest_in_the_picture_stand(walked):
    seen, truths = walked
    true = np.stack([t.joints[0] for t in truths])[:, [JOINT_INDEX["left_foot"],
                                                       JOINT_INDEX["right_foot"]]]  # fmt: skip
    speed = np.linalg.norm(np.diff(true, axis=0), axis=-1) * 30
    sure = stance(seen, 30.0)[1:]
    assert sure[speed < 0.05].mean() > 0.8
    assert sure[speed > 2.0].mean() < 0.2


def test_runs_are_frames_in_a_row():
    seen = rows(walk_across(60, 40, 3))
    frame = seen.frame.copy()
    frame[20:] += 1  # one lost frame is bridged
    frame[45:] += 9
    parts = runs_of(replace(seen, frame=frame))
    assert [len(part) for part in parts] == [45, 15]
    assert runs_of(seen.take(slice(0, 11))) == []
    assert [len(p) for p in runs_of(rows(walk_across(160, 40, 1)))] == [80, 80]


def test_without_a_run_there_is_one_sentence():
    seen = rows(walk_across(60, 40, 3))
    scattered = replace(seen, frame=seen.frame * 5)
    with pytest.raises(DataError, match="no 12 whole frames in a row"):
        lift(person(scattered), SIZE, 30.0, 40.0, "fast")


def test_points_are_smpl_s_joints_in_metres():
    track = points_of(rows(walk_across(20, 40, 3)), 30.0)
    assert track.unit == "m"
    assert {"left_ankle", "right_hip", "head"} <= set(track.names)
