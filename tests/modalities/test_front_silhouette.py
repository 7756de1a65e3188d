import pytest
import torch
from torch.testing import assert_close

from meshgait import Body
from meshgait.errors import ShapeError
from meshgait.modalities import front_silhouette
from tests.tolerance import rounding


def test_neither_camera_nor_turn_matters_and_the_pose_does():
    body = Body.embedded()
    smpl = 0.3 * torch.randn(3, 85)
    moved, bent = smpl.clone(), smpl.clone()
    moved[:, :6] = torch.randn(3, 6)
    bent[:, 6:9] += 0.5
    expected = front_silhouette(body, smpl)
    assert torch.equal(front_silhouette(body, moved), expected)
    assert (front_silhouette(body, bent) - expected).abs().max() > 0.5


def test_a_body_at_rest_is_as_wide_to_the_left_as_to_the_right_and_head_up():
    seen = front_silhouette(Body.embedded(), torch.zeros(1, 85).double(), (64, 88))[0]
    rows = seen.sum(1)
    assert rows[10:20].max() > rows[40:].max()  # the arms are stretched out, above the legs
    left, right = seen[:, :44].sum(), seen[:, 45:].sum()
    assert abs(float(left / right) - 1) < 0.1


def test_gradients_reach_pose_and_shape():
    smpl = torch.zeros(1, 85, requires_grad=True)
    front_silhouette(Body.embedded(), smpl)[:, :, :20].sum().backward()
    assert smpl.grad[0, 6:75].any()
    assert smpl.grad[0, 75:].any()
    assert not smpl.grad[0, :6].any()
    single = front_silhouette(Body.embedded(), torch.zeros(85))
    assert_close(single, front_silhouette(Body.embedded(), torch.zeros(1, 85))[0],
                 **rounding(torch.float32, 64))  # fmt: skip


@pytest.mark.usefixtures("unchecked")
def test_other_rows_are_refused():
    with pytest.raises(ShapeError, match=r"smpl must be \(..., 85\)"):
        front_silhouette(Body.embedded(), torch.zeros(2, 82))
