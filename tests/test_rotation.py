import pytest
import torch
from scipy.spatial.transform import Rotation
from torch.testing import assert_close

from meshgait import rotation

random_vectors = torch.randn(
    200, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)
)


def test_axis_angle_to_matrix_agrees_with_scipy():
    expected = Rotation.from_rotvec(random_vectors.numpy()).as_matrix()
    assert_close(rotation.axis_angle_to_matrix(random_vectors), torch.from_numpy(expected))


def test_matrix_to_axis_angle_agrees_with_scipy_also_near_half_turns():
    near_pi = torch.nn.functional.normalize(random_vectors, dim=-1) * (torch.pi - 1e-7)
    for vectors in (random_vectors, near_pi, 1e-9 * random_vectors):
        turned = Rotation.from_rotvec(vectors.numpy())
        found = rotation.matrix_to_axis_angle(torch.from_numpy(turned.as_matrix()))
        assert_close(found, torch.from_numpy(turned.as_rotvec()), atol=1e-6, rtol=0)


@pytest.mark.parametrize("form", ["quaternion", "sixd", "axis_angle"])
def test_a_rotation_survives_a_round_trip(form):
    matrix = rotation.axis_angle_to_matrix(random_vectors.reshape(10, 20, 3))
    there, back = getattr(rotation, f"matrix_to_{form}"), getattr(rotation, f"{form}_to_matrix")
    assert_close(back(there(matrix)), matrix)


def test_quaternion_and_axis_angle_are_inverse_up_to_a_full_turn():
    short = random_vectors / random_vectors.norm(dim=-1, keepdim=True).clamp(min=1) * 3
    back = rotation.quaternion_to_axis_angle(rotation.axis_angle_to_quaternion(short))
    assert_close(back, short)


def test_the_gradient_at_the_identity_is_finite_and_right():
    zero = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    jacobian = torch.autograd.functional.jacobian(
        lambda v: rotation.matrix_to_axis_angle(rotation.axis_angle_to_matrix(v)), zero
    )
    assert_close(jacobian, torch.eye(3, dtype=torch.float64))


def test_dtype_follows_the_input():
    assert rotation.axis_angle_to_matrix(torch.zeros(2, 3)).dtype == torch.float32
