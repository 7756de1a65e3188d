import pytest
import torch

from meshgait.body.names import JOINT_INDEX
from meshgait.errors import ShapeError
from meshgait.modalities import body_parts, depth, parsing_labels, parts
from meshgait.modalities.parts import PARSING_NAMES
from tests.modalities.conftest import mirrored

SWAP = torch.tensor([0, 1, 2, 4, 3, 6, 5, 8, 7, 10, 9, 11])


def test_labels_sit_where_the_body_has_them(body):
    rest, labels = body.shape(torch.zeros(10)), parsing_labels(body.skinning)
    middle = {
        name: rest[labels == code].mean(0)
        for code, name in enumerate(PARSING_NAMES)
        if 0 < code < 11
    }
    heights = [middle[name][1] for name in ("head", "left_arm", "torso", "left_leg", "left_foot")]
    assert heights == sorted(heights, reverse=True)
    reach = [middle[name][0] for name in ("torso", "left_arm", "left_hand")]
    assert reach == sorted(reach)
    assert (labels[rest[:, 1].argmin()] - 9) in (0, 1)
    assert not (labels == 11).any()


def test_the_mirror_swaps_left_and_right(clip, body):
    labels = parsing_labels(body.skinning)
    rest = body(pose=torch.zeros(1, 72), betas=torch.zeros(1, 10))
    image = mirrored(type(rest)(rest.vertices[0], rest.joints[0], rest.faces), body)
    assert torch.allclose(image.vertices, rest.vertices[0], atol=1e-5)
    from meshgait.body._embedded import load_embedded

    other = torch.from_numpy(load_embedded()["mirror"])
    middle = rest.vertices[0, :, 0].abs() < 0.01  # there a tie decides
    assert (labels[other] == SWAP[labels])[~middle].all()


def test_each_pixel_of_the_body_has_one_and_others_none(clip, body):
    image = parts(clip.mesh, clip.camera, parsing_labels(body.skinning), background=0)
    assert ((image > 0) == (depth(clip.mesh, clip.camera) > 0)).all()
    assert set(image.unique().tolist()) >= {0, 1, 2, 3, 4, 7, 8, 9, 10}
    assert (parts(clip.mesh, clip.camera, body_parts(body.skinning)) == -1).any()


def test_body_parts_are_smpls_own(body):
    labels = body_parts(body.skinning)
    assert labels[body.landmarks[0]] == JOINT_INDEX["head"]
    assert labels[body.landmarks[5]] == JOINT_INDEX["left_foot"]


def test_labels_must_fit_the_mesh(clip):
    with pytest.raises(ShapeError, match="there are 100 labels"):
        parts(clip.mesh, clip.camera, torch.zeros(100, dtype=torch.long))
