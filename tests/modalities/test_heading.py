import numpy as np
import torch
from torch.testing import assert_close

from meshgait.modalities import heading
from tests.modalities.conftest import mirrored, turned


def test_it_turns_with_the_world(clip):
    before, after = heading(clip.mesh.joints), heading(turned(clip.mesh, 0.7).joints)
    assert_close(after, before + 0.7)


def test_a_walker_faces_where_it_goes(clip):
    way = clip.mesh.joints[-1, 0] - clip.mesh.joints[0, 0]
    going = torch.atan2(way[0], way[2])
    assert (heading(clip.mesh.joints) - going).abs().max() < np.deg2rad(10)


def test_in_the_mirror_it_is_the_opposite(clip, body):
    assert_close(
        heading(mirrored(clip.mesh, body).joints), -heading(clip.mesh.joints), atol=1e-5, rtol=0
    )
