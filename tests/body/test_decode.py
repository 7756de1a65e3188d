import copy
import subprocess
import sys

import numpy as np
import pytest
import torch
from smplx.lbs import batch_rodrigues
from torch.testing import assert_close

from meshgait.body import Body, decode_smplx, decode_torch
from meshgait.body import decode as decode_module
from meshgait.body._embedded import load_embedded
from meshgait.errors import ConfigError, DataError, ShapeError
from tests.body.bodies import python2_pickle, small_body, smplx_layer


@pytest.fixture(scope="module")
def body():
    return Body(small_body())


def parameters(*lead, dtype=torch.float32):
    return {
        "pose": 0.5 * torch.randn(*lead, 72, dtype=dtype),
        "betas": torch.randn(*lead[:-1], 10, dtype=dtype),
        "transl": torch.randn(*lead, 3, dtype=dtype),
    }


def smplx_decode(layer, pose, betas, transl):
    """The layer's own forward, from axis-angle, one beta row per frame."""
    rotations = batch_rodrigues(pose.reshape(-1, 3)).reshape(-1, 24, 3, 3)
    out = layer(
        betas=betas, global_orient=rotations[:, :1], body_pose=rotations[:, 1:], transl=transl
    )
    return out.vertices, out.joints[:, :24]


@pytest.fixture(params=["numba", "torch", "smplx"])
def decoder(request, monkeypatch):
    if request.param == "numba":
        pytest.importorskip("numba")
    monkeypatch.setattr(decode_module, "_has_kernels", lambda pose: request.param == "numba")
    return (decode_smplx if request.param == "smplx" else decode_torch).decode


@pytest.fixture
def _decoder(decoder, body, monkeypatch):
    monkeypatch.setattr(body, "_decode", decoder)


def test_numba_decodes_on_the_cpu_where_it_is_installed(monkeypatch):
    pytest.importorskip("numba")
    assert decode_module._has_kernels(torch.zeros(1))
    assert not decode_module._has_kernels(torch.zeros(1, device="meta"))
    assert not decode_module._has_kernels(torch.zeros(1).half())

    monkeypatch.setitem(sys.modules, "numba", None)
    assert not decode_module._has_kernels(torch.zeros(1))


@pytest.mark.parametrize("make", [small_body, load_embedded])
def test_decoding_agrees_with_smplx_over_100_random_poses(make, decoder):
    body, given = Body(make(), decoder), parameters(100)
    betas = torch.randn(100, 10)
    mesh = body(pose=given["pose"], betas=betas, transl=given["transl"])
    vertices, joints = smplx_decode(smplx_layer(make()), given["pose"], betas, given["transl"])
    assert (mesh.vertices - vertices).abs().max() < 1e-5
    assert (mesh.joints - joints).abs().max() < 1e-5


@pytest.mark.usefixtures("_decoder")
@pytest.mark.parametrize("lead", [(7,), (3, 5), (2, 1, 4), (1,)])
def test_leading_dimensions_are_free_and_each_frame_stands_alone(body, lead):
    given = parameters(*lead)
    mesh = body(**given)
    assert mesh.vertices.shape == (*lead, 40, 3)
    assert mesh.joints.shape == (*lead, 24, 3)
    for index in np.ndindex(lead):
        alone = body(
            pose=given["pose"][index][None], betas=given["betas"][index[:-1]],
            transl=given["transl"][index][None],
        )  # fmt: skip
        assert_close(mesh.vertices[index], alone.vertices[0])
        assert_close(mesh.joints[index], alone.joints[0])


def test_columns_of_one_array_are_decoded_as_they_are(body):
    smpl = torch.randn(5, 85)
    sliced = body(pose=smpl[:, 3:75], betas=smpl[:, 75:], transl=smpl[:, :3])
    copied = body(
        pose=smpl[:, 3:75].clone(), betas=smpl[:, 75:].clone(), transl=smpl[:, :3].clone()
    )
    assert_close(sliced.vertices, copied.vertices)


def test_one_frame_without_leading_dimensions(body):
    given = parameters(1)
    alone = body(pose=given["pose"][0], betas=given["betas"])
    assert_close(alone.vertices + given["transl"], body(**given).vertices[0])


@pytest.mark.usefixtures("_decoder")
def test_betas_per_frame_equal_betas_per_sequence_when_they_repeat(body):
    given = parameters(2, 3)
    per_frame = given | {"betas": given["betas"][:, None].expand(2, 3, 10)}
    assert_close(body(**per_frame).vertices, body(**given).vertices)


@pytest.mark.usefixtures("_decoder")
def test_the_shape_is_blended_once_per_sequence(body, monkeypatch):
    seen = []
    original = Body.shape
    monkeypatch.setattr(
        Body, "shape", lambda self, betas: (seen.append(len(betas)), original(self, betas))[1]
    )
    body(**parameters(2, 50))
    assert seen == [2]


def test_long_clips_are_decoded_in_pieces_without_a_seam(body, monkeypatch):
    given = parameters(2, 11)
    monkeypatch.setattr(decode_module, "_has_kernels", lambda pose: False)
    whole = body(**given).vertices
    monkeypatch.setattr(decode_module, "_CHUNK", 3)
    assert_close(body(**given).vertices, whole)


def test_gradients_agree_with_finite_differences():
    body = Body(small_body(vertices=12)).double()
    given = parameters(1, 2, dtype=torch.float64)
    for tensor in given.values():
        tensor.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda pose, betas, transl: body(pose=pose, betas=betas, transl=transl).vertices,
        tuple(given.values()),
        fast_mode=True,
    )


def test_a_body_learns_nothing_and_saves_nothing(body):
    assert not list(body.parameters())
    assert not body.state_dict()


def test_moving_the_world_moves_the_body_with_it(body):
    given = parameters(4)
    moved = body(**given | {"transl": given["transl"] + torch.tensor([1.0, 2.0, 3.0])})
    assert_close(
        moved.vertices - body(**given).vertices, torch.tensor([1.0, 2.0, 3.0]).expand(4, 40, 3)
    )


def test_a_file_decodes_like_its_arrays(tmp_path, body):
    path = tmp_path / "SMPL_NEUTRAL.pkl"
    path.write_bytes(python2_pickle(small_body()))
    given = parameters(3)
    assert_close(Body.load(path)(**given).vertices, body(**given).vertices)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pose": torch.zeros(4, 69)}, r"pose is \(4, 69\); its last axis must be 72"),
        ({"betas": torch.zeros(3, 10)}, r"betas is \(3, 10\) for a pose of \(4, 72\)"),
        ({"betas": torch.zeros(12)}, r"betas is \(12,\)"),
        ({"transl": torch.zeros(3)}, r"transl is \(3,\), expected \(4, 3\)"),
    ],
)
def test_arrays_that_do_not_fit_are_named(body, change, message):
    with pytest.raises(ShapeError, match=message):
        body(**(parameters(4) | change))


def test_nan_is_named_with_its_frame(body):
    given = parameters(2, 4)
    given["pose"][1, 2, 5] = torch.nan
    with pytest.raises(DataError, match=r"pose\[1, 2\] holds NaN"):
        body(**given)
    with pytest.raises(DataError, match="betas holds NaN"):
        body(pose=torch.zeros(4, 72), betas=torch.full((10,), torch.inf))


def test_numbers_of_another_type_are_named(body):
    given = parameters(4)
    given["betas"] = given["betas"].double()
    with pytest.raises(DataError, match=r"betas is of torch.float64.*betas.to\(torch.float32\)"):
        body(**given)


def test_decoding_prints_nothing(capfd):
    Body.embedded()(pose=torch.zeros(1, 72), betas=torch.zeros(10))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("lead", [(0,), (2, 0), (0, 3)])
def test_no_frames_give_a_mesh_of_no_frames_with_gradients(body, lead):
    pose = torch.zeros(*lead, 72, requires_grad=True)
    mesh = body(pose=pose, betas=torch.zeros(*lead[:-1], 10), transl=torch.zeros(*lead, 3))
    count = len(body.weights)
    assert mesh.vertices.shape == (*lead, count, 3)
    assert mesh.joints.shape == (*lead, 24, 3)
    mesh.vertices.sum().backward()
    assert pose.grad.shape == pose.shape


def test_a_body_made_within_autocast_or_inference_is_as_any_other(body):
    given = parameters(3)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        other = Body(small_body())
        within = body(**given).vertices
    pose = given["pose"].requires_grad_()
    mesh = other(**given | {"pose": pose})
    assert torch.equal(mesh.vertices, body(**given).vertices)
    assert torch.equal(mesh.vertices, within)
    mesh.joints.sum().backward()
    assert pose.grad.isfinite().all()


def test_the_gradient_of_a_gradient_is_refused_on_the_cpu(body):
    pytest.importorskip("numba")
    pose = torch.zeros(2, 72, requires_grad=True)
    mesh = body(pose=pose, betas=torch.zeros(10))
    (slope,) = torch.autograd.grad(mesh.vertices.square().sum(), pose, create_graph=True)
    with pytest.raises(ConfigError, match="of a body decoded on the CPU"):
        slope.sum().backward()


def test_no_licence_stands_between_the_embedded_body_and_walkers_and_programs(tmp_path):
    """In a process where smplx cannot be imported; only a body of a file asks for it."""
    few = "--data.identities 2 --data.config.clips 2 --data.config.frames [12,12] --data.cache"
    np.savez(tmp_path / "body.npz", **small_body())
    script = f"""
import sys
sys.modules["smplx"] = None
import torch
from meshgait.body import Body, decode
from meshgait.cli import main
from meshgait.errors import DependencyError
import meshgait.demo, meshgait.benchmark
zeros = {{"pose": torch.zeros(2, 72), "betas": torch.zeros(10)}}
decode._has_kernels = lambda pose: False
print(tuple(Body.embedded()(**zeros).vertices.shape))
print(main("synth {few}".split() + [{str(tmp_path)!r}]))
try:
    Body.load({str(tmp_path / "body.npz")!r})(**zeros)
except DependencyError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    shape, *_, status, refusal = run.stdout.splitlines()
    assert shape == "(2, 6890, 3)"
    assert status == "0"
    assert "pip install" in refusal
    assert "smplx" in refusal


@pytest.mark.gpu
def test_on_a_gpu_bodies_and_their_gradients_are_those_of_the_cpu(body):
    decoded_alike(body, "cuda")


def decoded_alike(body, device):
    body, found = copy.deepcopy(body).double(), []
    values = parameters(3, 5, dtype=torch.float64)
    for place in ("cpu", device):
        leaves = {name: value.to(place).requires_grad_() for name, value in values.items()}
        mesh = body.to(place)(**leaves)
        total = mesh.vertices.sin().sum() + mesh.require_joints().sin().sum()
        found.append([mesh.vertices, *torch.autograd.grad(total, list(leaves.values()))])
    for here, there in zip(*found, strict=True):
        assert_close(there.cpu(), here, rtol=1e-9, atol=1e-9)
