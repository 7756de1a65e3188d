import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ConfigError, ShapeError
from meshgait.models import GaitTR, gaitgraph2, gaittr
from meshgait.nn import Frames


@pytest.mark.parametrize("joints", [17, 18])
def test_a_walk_that_is_longer_moves_on_the_frames_that_two_follow(joints):
    parents = {17: gaitgraph2.TOWARDS_CENTRE, 18: gaittr.TOWARDS_NECK}[joints]
    skeleton = torch.rand(1, 6, joints, 3)
    frames = Frames.of(skeleton, None)
    views = gaittr.skeleton_differences(skeleton[0], frames)
    place = skeleton[0, ..., :2]
    for t in range(6):
        moves = t < 4
        assert_close(views[t, :, 4:6], place[t + 1] - place[t] if moves else 0 * place[t])
        assert_close(views[t, :, 6:8], place[t + 2] - place[t] if moves else 0 * place[t])
        assert_close(views[t, :, 2:4], place[t] - place[t, 0])
        for joint, parent in enumerate(parents):
            assert_close(views[t, joint, 8:], place[t, joint] - place[t, parent])


def test_openposes_skeleton_is_a_tree_that_ends_at_the_neck():
    for joint in range(18):
        path = [joint]
        while path[-1] != gaittr.TOWARDS_NECK[path[-1]]:
            path.append(gaittr.TOWARDS_NECK[path[-1]])
            assert len(path) < 18
        assert path[-1] == 1


def test_it_reads_18_joints_where_it_is_made_for_them():
    model = GaitTR(joints=18, width=1 / 16).eval()
    assert model(torch.rand(2, 5, 18, 3)).shape == (2, 1, 8)
    with pytest.raises(ShapeError, match=r"must be \(B, T, 18, 3\)"):
        model(torch.rand(2, 5, 17, 3))
    with pytest.raises(ConfigError, match="a skeleton has 17 or 18 joints, got 19"):
        GaitTR(joints=19)
    wide = GaitTR(gaittr.OUMVLP_18)
    assert wide.embedding_shape == (1, 256)
    assert wide.norm.num_features == 180
