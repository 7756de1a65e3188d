import multiprocessing

import pytest
import torch
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.rotation import axis_angle_to_matrix
from tests.body.bodies import small_body
from tests.tolerance import rounding

pytest.importorskip("numba")
# Sums of 10 betas, 207 entries of rotations, 24 weights; at most 9 products of 4 x 4 one by one.
TERMS = 10 + 207 + 24 + 9 * 4


def by_smplx(body, **given):
    """smplx's own vertices and joints, one row of betas per frame.

    It is given rotations: before it makes them from axis-angles itself, it adds 1e-8 to these.
    """
    from smplx.lbs import lbs

    layer, transl = body.layer, given["transl"].reshape(-1, 1, 3)
    rotations = axis_angle_to_matrix(given["pose"].reshape(-1, 24, 3))
    vertices, joints = lbs(
        given["betas"].reshape(-1, 10), rotations, layer.v_template,
        layer.shapedirs, layer.posedirs, layer.J_regressor, layer.parents, layer.lbs_weights,
        pose2rot=False,
    )  # fmt: skip
    return vertices + transl, joints + transl


def in_double(body):
    """A body whose rest joints are sums of float64 too; `double` alone keeps those of float32."""
    body = body.double()
    regressor, layer = body.layer.J_regressor, body.layer
    body._seat = regressor @ layer.v_template
    body._seat_directions = torch.einsum("jv,vck->jck", regressor, layer.shapedirs)
    return body


@pytest.mark.parametrize("make", [lambda: Body(small_body(vertices=21)), Body.embedded])
@pytest.mark.parametrize(
    ("pose", "betas"), [((2, 19), (2, 1)), ((1, 3), (1, 1)), ((21,), (21,)), ((1, 40), (1, 1))]
)
def test_vertices_joints_and_gradients_are_those_of_smplx(make, pose, betas):
    body = in_double(make())
    given = {
        "pose": 0.5 * torch.randn(*pose, 72).double(),
        "betas": torch.randn(*betas, 10).double(),
        "transl": torch.randn(*pose, 3).double(),
    }
    leaves = [x.requires_grad_() for x in given.values()]
    expected = by_smplx(body, **given | {"betas": given["betas"].expand(*pose, 10)})
    shared = given["betas"] if betas == pose else given["betas"][:, 0]
    mesh = body(**given | {"betas": shared})
    found = mesh.vertices.flatten(0, -3), mesh.joints.flatten(0, -3)
    slopes = [torch.randn_like(x) for x in found]
    for a, b in zip(found, expected, strict=True):
        assert_close(a, b, **rounding(torch.float64, TERMS, b))
    gradients = torch.autograd.grad(found, leaves, slopes)
    for a, b in zip(gradients, torch.autograd.grad(expected, leaves, slopes), strict=True):
        # Each entry sums over all vertices too; two of them may cancel.
        assert_close(a, b, **rounding(torch.float64, TERMS * len(found[0][0]), b))


@pytest.mark.parametrize("angle", [0.0, 1e-9, 1e-4, 0.0999, 0.1001, 3.14159, 6.28, 40.0])
def test_any_angle_has_its_rotation_and_gradient(angle):
    arrays = small_body(vertices=24)
    body = Body(arrays).double()
    axis = torch.nn.functional.normalize(torch.randn(24, 3).double(), dim=-1)
    pose = (angle * axis).reshape(1, 72).requires_grad_()
    betas = torch.zeros(10).double()
    turned = body(pose=pose, betas=betas).joints[0]
    rest = body(pose=torch.zeros(1, 72).double(), betas=betas).joints[0]
    rotations = axis_angle_to_matrix(pose.reshape(24, 3))
    places, turns = [rest[0]], [rotations[0]]
    for joint in range(1, 24):
        parent = int(body.layer.parents[joint])
        places.append(places[parent] + turns[parent] @ (rest[joint] - rest[parent]))
        turns.append(turns[parent] @ rotations[joint])
    expected = torch.stack(places)
    slope = torch.randn_like(expected)
    assert_close(turned, expected, **rounding(torch.float64, TERMS, expected))
    gradients = [torch.autograd.grad(x, pose, slope)[0] for x in (turned, expected)]
    # The formula divides by the angle, and near 0 takes its series instead.
    assert_close(*gradients, atol=1e-7, rtol=0)


def test_what_needs_no_gradient_costs_none_and_changes_none():
    body = Body(small_body())
    pose, betas = torch.randn(20, 72), torch.randn(10)
    slope = torch.randn(20, 40, 3)
    leaf, shape = pose.clone().requires_grad_(), betas.clone().requires_grad_()
    alone = torch.autograd.grad(body(pose=leaf, betas=betas).vertices, leaf, slope)[0]
    together = torch.autograd.grad(body(pose=leaf, betas=shape).vertices, (leaf, shape), slope)
    assert_close(alone, together[0])
    with torch.no_grad():
        assert body(pose=leaf, betas=shape).vertices.grad_fn is None


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(("shapes", "length"), [(1, 1), (1, 5), (3, 1), (5, 7), (2, 33), (40, 1)])
def test_any_number_of_frames_and_threads_gives_the_same(shapes, length, threads):
    body = Body(small_body())
    pose, betas = torch.randn(shapes, length, 72), torch.randn(shapes, 10)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        vertices = body(pose=pose, betas=betas).vertices
    finally:
        torch.set_num_threads(before)
    for row, shape, found in zip(pose, betas, vertices, strict=True):
        expected = by_smplx(body, pose=row, betas=shape.expand(length, 10), transl=torch.zeros(3))
        assert_close(found, expected[0], **rounding(torch.float32, TERMS, expected[0]))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_frame_alone_has_the_bits_that_it_has_among_others(dtype):
    body = Body(small_body()).to(dtype)
    pose, betas = torch.randn(20, 72, dtype=dtype), torch.randn(10, dtype=dtype)
    together = body(pose=pose, betas=betas).vertices
    for few in (1, 2, 3):
        assert torch.equal(body(pose=pose[:few], betas=betas).vertices, together[:few])


class Decoded(torch.utils.data.Dataset):
    def __init__(self):
        self.body, self.pose = Body(small_body()), torch.randn(6, 20, 72)

    def __len__(self):
        return len(self.pose)

    def __getitem__(self, index):
        return self.body(pose=self.pose[index], betas=torch.zeros(10)).vertices


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_workers_decode_after_their_parent_has():
    data = Decoded()
    expected = torch.stack([data[i] for i in range(6)])
    loader = torch.utils.data.DataLoader(
        data, batch_size=3, num_workers=2, multiprocessing_context="fork", timeout=60
    )
    assert_close(torch.cat(list(loader)), expected)
