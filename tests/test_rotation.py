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


def rotate(vector):
    """Rodrigues by the exponential of a matrix: derivatives of any order, everywhere."""
    zero = torch.zeros_like(vector[0])
    x, y, z = vector
    return torch.matrix_exp(
        torch.stack([zero, -z, y, z, zero, -x, -y, x, zero]).reshape(3, 3)
    )  # fmt: skip


@pytest.mark.parametrize("length", [0.0, 1e-9, 1e-3, 0.199, 0.201, 2.0])
def test_second_derivatives_are_those_of_the_exponential(length):
    vector = torch.nn.functional.normalize(random_vectors[0], dim=0) * length
    weight = random_vectors[1:4]
    hessian = torch.autograd.functional.hessian
    expected = hessian(lambda v: (rotate(v) * weight).sum(), vector)
    found = hessian(lambda v: (rotation.axis_angle_to_matrix(v) * weight).sum(), vector)
    assert_close(found, expected, atol=1e-9, rtol=0)


@pytest.mark.parametrize("length", [0.0, 1e-9, 1e-3, 0.199, 0.201, 2.0])
@pytest.mark.parametrize("form", ["quaternion", "matrix"])
def test_there_and_back_has_no_curvature(form, length):
    there, back = (
        getattr(rotation, name) for name in (f"axis_angle_to_{form}", f"{form}_to_axis_angle")
    )
    vector = torch.nn.functional.normalize(random_vectors[0], dim=0) * length
    weight = random_vectors[1]
    found = torch.autograd.functional.hessian(lambda v: (back(there(v)) * weight).sum(), vector)
    assert_close(found, torch.zeros(3, 3).double(), atol=1e-9, rtol=0)
