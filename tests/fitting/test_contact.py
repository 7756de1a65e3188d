import pytest
import torch

from meshgait.body import JOINT_INDEX
from meshgait.errors import DataError, ShapeError
from meshgait.fitting import FitConfig, Start, fit_silhouettes
from meshgait.fitting.contact import off_floor, slide
from tests.fitting.scene import body, filmed

LEFT, RIGHT = JOINT_INDEX["left_foot"], JOINT_INDEX["right_foot"]


def standing(frames=4):
    """Joints at rest, both feet on a plane, and both standing."""
    joints = torch.zeros(1, frames, 24, 3, dtype=torch.float64)
    joints[..., RIGHT, 0] = 0.3
    return joints, torch.ones(1, frames, 2, dtype=torch.float64)


def test_feet_that_rest_cost_nothing():
    joints, stance = standing()
    assert slide(joints, stance).item() == 0
    assert off_floor(joints, stance).item() == 0


def test_a_slide_is_counted_in_centimetres_and_while_a_foot_stands():
    joints, stance = standing()
    joints[:, 2:, LEFT, 0] += 0.02  # two centimetres, once; ankle and ball, left and right
    assert slide(joints, stance).item() == pytest.approx(4 / 4)
    stance[:, 2, 0] = 0
    assert slide(joints, stance).item() == 0


def test_a_step_up_is_off_the_floor_and_a_slope_of_the_camera_is_not():
    joints, stance = standing(9)
    joints[..., 2] = torch.arange(9, dtype=torch.float64)[:, None]
    joints[..., 1] = 0.05 * joints[..., 2]
    level = off_floor(joints, stance).item()
    joints[:, 4, LEFT, 1] += 0.03
    assert level < 0.05
    assert off_floor(joints, stance).item() > level + 3  # 3 cm squared, by two feet


def test_standing_feet_slide_less_when_a_fit_is_told_of_them():
    motion, mesh, camera, silhouette = filmed(6)
    true = mesh.joints[:, LEFT]
    rests = (true[1:] - true[:-1]).norm(dim=-1) < 0.01
    stance = torch.zeros(6, 2)
    stance[1:, 0] = rests
    stance[:-1, 0] = torch.maximum(stance[:-1, 0], rests.float())
    shaken = torch.from_numpy(motion.transl) + 0.04 * torch.randn(6, 3)
    config = FitConfig(rigid_steps=3, pose_steps=20, yaws_deg=(0.0,))
    moved = []
    for told in (None, stance):
        start = Start(torch.from_numpy(motion.pose), torch.from_numpy(motion.betas), shaken, told)
        fit = fit_silhouettes(silhouette, body=body(), camera=camera, start=start, config=config)
        joints = fit.motion.decode(body()).joints
        moved.append((joints[1:, LEFT] - joints[:-1, LEFT]).norm(dim=-1)[rests].mean().item())
    assert rests.any()
    assert moved[1] < 0.7 * moved[0]


@pytest.mark.parametrize(
    ("stance", "error"), [(torch.ones(2, 2), ShapeError), (torch.full((4, 2), 2.0), DataError)]
)
def test_a_stance_that_is_none_is_refused(stance, error):
    motion, _, camera, silhouette = filmed()
    start = Start(torch.from_numpy(motion.pose), torch.from_numpy(motion.betas), None, stance)
    with pytest.raises(error, match="stance"):
        fit_silhouettes(
            silhouette, body=body(), camera=camera, start=start,
            config=FitConfig(rigid_steps=1, pose_steps=1, yaws_deg=(0.0,)),
        )  # fmt: skip
