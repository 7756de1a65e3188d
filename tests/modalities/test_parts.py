import pytest
import torch

from meshgait.body import JOINT_INDEX, joint_labels, parsing_labels
from meshgait.errors import ShapeError
from meshgait.modalities import depth, parts


def test_each_pixel_of_the_body_has_one_and_others_none(clip, body):
    image = parts(clip.mesh, clip.camera, parsing_labels(body.weights), background=0)
    assert ((image > 0) == (depth(clip.mesh, clip.camera) > 0)).all()
    assert set(image.unique().tolist()) >= {0, 1, 2, 3, 4, 7, 8, 9, 10}
    assert (parts(clip.mesh, clip.camera, joint_labels(body.weights)) == -1).any()


def test_a_joint_in_front_lies_in_its_own_part(clip, body):
    """The left knee, seen from the left and front, is of the left hip or of the left knee."""
    image = parts(clip.mesh, clip.camera, joint_labels(body.weights))
    x, y = clip.camera.project(clip.mesh.joints)[:, JOINT_INDEX["left_knee"]].long().unbind(-1)
    found = image[torch.arange(12), y, x]
    own = torch.tensor([JOINT_INDEX["left_hip"], JOINT_INDEX["left_knee"]])
    assert torch.isin(found, own).float().mean() > 0.9


def test_labels_must_fit_the_mesh(clip):
    with pytest.raises(ShapeError, match="there are 100 labels"):
        parts(clip.mesh, clip.camera, torch.zeros(100, dtype=torch.long))
