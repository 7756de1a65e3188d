import pytest
import torch
from torch.testing import assert_close

from meshgait.body.names import JOINT_NAMES
from meshgait.modalities import BODY18, COCO17, JOINT_SETS, OPENPOSE25, SMPL24, skeleton3d
from tests.modalities.conftest import mirrored

COUNTS = {"smpl24": 24, "coco17": 17, "body18": 18, "openpose25": 25, "h36m17": 17}


@pytest.mark.parametrize("name", COUNTS)
def test_weights_sum_to_one_so_that_keypoints_move_with_the_body(name):
    joint_set = JOINT_SETS[name]
    assert len(joint_set.names) == len(set(joint_set.names)) == COUNTS[name]
    assert_close(joint_set.weights.sum(1), torch.ones(COUNTS[name]))


@pytest.mark.parametrize("name", COUNTS)
def test_limbs_join_all_keypoints_to_one_skeleton(name):
    joint_set = JOINT_SETS[name]
    reached, grew = {0}, True
    while grew:
        more = {k for edge in joint_set.edges if set(edge) & reached for k in edge}
        grew, reached = bool(more - reached), reached | more
    assert len(reached) == COUNTS[name]


@pytest.mark.parametrize("name", COUNTS)
def test_in_the_mirror_left_and_right_change_places(name, clip, body):
    joint_set = JOINT_SETS[name]
    ours = skeleton3d(clip.mesh, joint_set, landmarks=body.landmarks)
    theirs = skeleton3d(mirrored(clip.mesh, body), joint_set, landmarks=body.landmarks)
    expected = ours[:, joint_set.other_side] * torch.tensor([-1.0, 1.0, 1.0])
    assert_close(theirs, expected, atol=1e-5, rtol=0)


def test_the_orders_are_those_of_the_data_sets():
    assert SMPL24.names == JOINT_NAMES
    assert COCO17.names[:5] == ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
    assert COCO17.names[15:] == ("left_ankle", "right_ankle")
    assert BODY18.names[1] == OPENPOSE25.names[1] == "neck"
    assert (OPENPOSE25.names[8], OPENPOSE25.names[24]) == ("mid_hip", "right_heel")
    assert (BODY18.names[8], BODY18.names[14]) == ("right_hip", "right_eye")


def test_the_limbs_of_coco_are_those_of_gaitgraph():
    graph = "0-1,0-2,1-3,2-4,3-5,4-6,5-6,5-7,7-9,6-8,8-10,5-11,6-12,11-12,11-13,13-15,12-14,14-16"
    expected = {tuple(map(int, pair.split("-"))) for pair in graph.split(",")}
    assert {tuple(sorted(edge)) for edge in COCO17.edges} == expected
