import torch
from torch.testing import assert_close

from meshgait.models import gaitgraph2, gaittr
from meshgait.nn import Frames


def test_a_walk_that_is_longer_moves_on_the_frames_that_two_follow():
    skeleton = torch.rand(1, 6, 17, 3)
    frames = Frames.of(skeleton, None)
    views = gaittr.skeleton_differences(skeleton[0], frames)
    place = skeleton[0, ..., :2]
    for t in range(6):
        moves = t < 4
        assert_close(views[t, :, 4:6], place[t + 1] - place[t] if moves else 0 * place[t])
        assert_close(views[t, :, 6:8], place[t + 2] - place[t] if moves else 0 * place[t])
        assert_close(views[t, :, 2:4], place[t] - place[t, 0])
        for joint, parent in enumerate(gaitgraph2.TOWARDS_CENTRE):
            assert_close(views[t, joint, 8:], place[t, joint] - place[t, parent])
