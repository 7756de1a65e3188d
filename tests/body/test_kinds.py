"""Bodies of SMPL-H and SMPL-X, against smplx's own."""

import contextlib
import io
from collections import defaultdict

import numpy as np
import pytest
import smplx
import torch
from smplx import body_models
from smplx.joint_names import JOINT_NAMES as SMPLX_NAMES
from smplx.joint_names import SMPLH_JOINT_NAMES
from smplx.utils import Struct
from torch.testing import assert_close

from meshgait.body import JOINT_NAMES, Body, decode_smplx, decode_torch
from meshgait.body import decode as decode_module
from meshgait.body.kinds import KINDS, kind_of_joints
from meshgait.body.kinematics import PartialBody
from meshgait.errors import DataError, ShapeError
from meshgait.modalities.scene import Scene, represent
from meshgait.walker import Identity, walk
from tests.body.bodies import later_body, other_topology, parents_of
from tests.tolerance import rounding

JOINTS = {"smplh": 52, "smplx": 55}
FORWARD = ("body_pose", "jaw_pose", "leye_pose", "reye_pose", "left_hand_pose", "right_hand_pose")


@pytest.fixture(params=JOINTS)
def name(request):
    return request.param


@pytest.fixture
def file(name, tmp_path):
    path = tmp_path / "some body"
    with path.open("wb") as stream:
        np.savez(stream, **later_body(JOINTS[name]))
    return path


def theirs(path, name, monkeypatch, pose, betas, transl):
    """Vertices and joints by smplx's own class, made as its users make it."""
    monkeypatch.setitem(body_models.VERTEX_IDS, "smplx", defaultdict(int))  # of a small body
    settings = {"use_pca": False, "flat_hand_mean": True, "num_betas": betas.shape[1],
                "batch_size": len(pose), "ext": "npz"}  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        if name == "smplx":
            model = smplx.SMPLX(str(path), **settings)
        else:
            arrays = Struct(**dict(np.load(path)))
            model = smplx.SMPLH("", data_struct=arrays, vertex_ids=defaultdict(int), **settings)
    ends = [3, 66, 69, 72, 75, 120, 165] if name == "smplx" else [3, 66, 66, 66, 66, 111, 156]
    parts = {
        key: pose[:, a:b] for key, a, b in zip(FORWARD, ends[:-1], ends[1:], strict=True) if b > a
    }
    out = model(global_orient=pose[:, :3], betas=betas, transl=transl, **parts)
    return out.vertices, out.joints[:, : JOINTS[name]]


@pytest.mark.parametrize("decoder", ["numba", "torch", "smplx"])
def test_a_file_decodes_as_smplx_decodes_it(name, file, monkeypatch, decoder):
    monkeypatch.setattr(decode_module, "_has_kernels", lambda pose: decoder == "numba")
    body = Body.load(file)
    body._decode = (decode_torch if decoder == "torch" else decode_smplx).decode
    torch.manual_seed(0)
    count = 10 if name == "smplh" else 16  # smplx takes more only where there are 300
    pose, betas = 0.5 * torch.randn(4, 3 * JOINTS[name]), torch.randn(4, count)
    transl = torch.randn(4, 3)
    mesh = body(pose=pose, betas=betas, transl=transl)
    vertices, joints = theirs(file, name, monkeypatch, pose, betas, transl)
    # A joint is regressed from 60 vertices of 16 shapes; chains of up to 11 joints turn it.
    tight = rounding(torch.float32, 60 + 16 + 11 * 9 + 9 * JOINTS[name], 3.0)
    assert_close(mesh.vertices, vertices, **tight)
    assert_close(mesh.joints, joints, **tight)


def test_what_a_file_is_shows_its_content(name, file):
    body = Body.load(file)
    assert (body.kind.name, len(body.joint_names)) == (name, JOINTS[name])
    assert body.layer.shapedirs.shape[-1] == (16 if name == "smplh" else 300)
    assert body.layer.parents.tolist() == parents_of(JOINTS[name])


def test_the_joints_are_those_of_smplx():
    known = {"smplh": SMPLH_JOINT_NAMES[:52], "smplx": SMPLX_NAMES[:55]}
    for name, theirs_ in known.items():
        ours = [joint.replace("eye_joint", "eye_smplhf") for joint in KINDS[name].joints]
        assert ours == theirs_


def test_of_twenty_directions_ten_are_the_shape(tmp_path):
    arrays = later_body(55)
    np.savez(tmp_path / "x.npz", **arrays | {"shapedirs": arrays["shapedirs"][..., :20]})
    assert Body.load(tmp_path / "x.npz").layer.shapedirs.shape[-1] == 10


def test_smpls_own_pose_moves_the_joints_that_all_share(name, file):
    body = Body.load(file)
    pose, betas = 0.3 * torch.randn(3, 72), torch.randn(10)
    whole = torch.zeros(3, 3 * JOINTS[name])
    whole[:, :66] = pose[:, :66]
    mesh, own = body(pose=pose, betas=betas), body(pose=whole, betas=betas)
    assert torch.equal(mesh.vertices, own.vertices)
    assert torch.equal(mesh.joints[:, :22], own.joints[:, :22])
    hand = body.joint_names.index("left_middle1")
    assert torch.equal(mesh.joints[:, JOINT_NAMES.index("left_hand")], own.joints[:, hand])


def test_weights_are_told_by_smpls_joints(name, file):
    body = Body.load(file)
    own = body.layer.lbs_weights
    assert body.weights.shape == (60, 24)
    assert_close(body.weights.sum(1), torch.ones(60))
    fingers = [i for i, joint in enumerate(body.joint_names) if joint[-1].isdigit() and
               joint.startswith("right_")]  # fmt: skip
    assert len(fingers) == 15
    assert_close(body.weights[:, JOINT_NAMES.index("right_hand")], own[:, fingers].sum(1))


def test_rest_joints_are_where_a_resting_pose_has_them(name, file):
    body, betas = Body.load(file), torch.randn(12)
    mesh = body(pose=torch.zeros(1, 72), betas=betas)
    assert_close(mesh.joints[0], body.rest_joints(betas))
    assert_close(mesh.vertices[0], body.shape(betas))
    assert_close(body.joints_of(body.shape(betas)), body.rest_joints(betas))


def test_what_does_not_fit_is_told_with_what_would(name, file):
    body = Body.load(file)
    width = 3 * JOINTS[name]
    with pytest.raises(ShapeError, match=f"must be 72, or {width} for all joints of SMPL-"):
        body(pose=torch.zeros(2, 69), betas=torch.zeros(10))
    with pytest.raises(ShapeError, match="betas is"):
        body(pose=torch.zeros(2, 72), betas=torch.zeros(301))
    with pytest.raises(DataError, match=f"24 joints of SMPL.*SMPL-. with {JOINTS[name]}"):
        PartialBody(body, torch.arange(3))


def test_other_numbers_of_joints_are_refused_with_those_that_are_read(tmp_path):
    arrays = later_body(52)
    fewer = {"weights": arrays["weights"][:, :16], "posedirs": arrays["posedirs"][..., :135],
             "J_regressor": arrays["J_regressor"][:16],
             "kintree_table": arrays["kintree_table"][:, :16]}  # fmt: skip
    np.savez(tmp_path / "hand.npz", **arrays | fewer)
    with pytest.raises(DataError, match=r"16 joints; bodies of 24 \(SMPL\), 52 .* 55 \(SMPL-X\)"):
        Body.load(tmp_path / "hand.npz")
    assert kind_of_joints(16) is None


@pytest.fixture(scope="module")
def whole_body(tmp_path_factory):
    """A file of SMPL-X of its true size: the skin of the embedded body with more vertices."""
    path = tmp_path_factory.mktemp("body") / "SMPLX_NEUTRAL.npz"
    np.savez(path, **other_topology(KINDS["smplx"], np.eye(10)))
    return path


def test_representations_are_made_of_a_body_of_another_kind(whole_body):
    body = Body.load(whole_body)
    person = Identity.draw(np.random.default_rng(3))
    motion = walk(Body.embedded(), person, frames=3, fps=20.0).motion
    motion.pose[:, 66:] = 0  # SMPL's hands
    mesh = motion.decode(body)
    assert mesh.vertices.shape == (3, 10475, 3)
    scene = Scene.follow(body, mesh, motion.fps)
    names = ["silhouette", "parts", "skeleton2d", "skeleton3d", "cylinders", "depth"]
    found, missing = represent(scene, names)
    assert not missing
    # The same skin under other triangles looks the same, as far as it is not bent.
    same = Scene(Body.embedded(), motion.decode(Body.embedded()), scene.camera, motion.fps)
    assert (found["silhouette"] - same.silhouette).abs().mean() < 1e-3
    expected, _ = represent(same, ["parts"])
    assert (found["parts"] == expected["parts"]).float().mean() > 0.99
    joints = represent(same, ["skeleton3d"])[0]["skeleton3d"]
    assert_close(found["skeleton3d"][:, :22], joints[:, :22], atol=1e-5, rtol=0)


def test_a_walker_may_have_such_a_body(whole_body):
    motion = walk(Body.load(whole_body), Identity.draw(np.random.default_rng(1)), frames=2).motion
    assert motion.pose.shape == (2, 72)
