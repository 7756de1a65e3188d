"""The embedded body is a sound body in SMPL's format."""

import numpy as np
import pytest
import torch

from meshgait.body._embedded import FILE, FLIP, OTHER_SIDE, load_embedded
from meshgait.mesh import Topology
from meshgait.rotation import axis_angle_to_matrix
from tests.body.bodies import smplx_layer

PELVIS, L_HIP, L_KNEE, L_ANKLE, L_FOOT, HEAD = 0, 1, 4, 7, 10, 15
L_SHOULDER, R_SHOULDER, L_ELBOW, R_ELBOW, L_WRIST, L_HAND = 16, 17, 18, 19, 20, 22
FINGERS = ("thumb", "index", "middle", "ring", "pinky")
SMPLX_LANDMARKS = {
    "nose", "reye", "leye", "rear", "lear",
    "LBigToe", "LSmallToe", "LHeel", "RBigToe", "RSmallToe", "RHeel",
    *(side + finger for side in "lr" for finger in FINGERS),
}  # fmt: skip


@pytest.fixture(scope="module")
def body():
    return load_embedded()


@pytest.fixture(scope="module")
def layer(body):
    return smplx_layer(body)


def decode(layer, turns, betas=None):
    """Vertices and joints for rotation vectors {joint: (x, y, z) in degrees}."""
    pose = torch.zeros(24, 3)
    for joint, turn in turns.items():
        pose[joint] = torch.tensor(turn).deg2rad()
    local = axis_angle_to_matrix(pose)[None]
    shape = torch.zeros(1, 10) if betas is None else betas[None]
    out = layer(betas=shape, body_pose=local[:, 1:], global_orient=local[:, :1])
    return out.vertices[0].numpy(), out.joints[0].numpy()


def rest_bodies(body, count):
    """T-pose bodies (N, V, 3) of betas drawn from N(0, 1)."""
    betas = np.random.default_rng(0).normal(size=(count, 10))
    return body["v_template"] + np.einsum("nk,vck->nvc", betas, body["shapedirs"])


def signed_volume(vertices, faces):
    a, b, c = vertices[faces].transpose(1, 0, 2).astype(np.float64)
    return np.einsum("ij,ij->", np.cross(a, b), c) / 6


def winding_number(points, vertices, faces):
    """Sum of the solid angles of all triangles over 4 pi (Van Oosterom and Strackee, 1983)."""
    a, b, c = vertices[faces].transpose(1, 0, 2)[:, None].astype(np.float64) - points[:, None]
    la, lb, lc = (np.linalg.norm(x, axis=-1) for x in (a, b, c))
    top = (a * np.cross(b, c)).sum(-1)
    low = la * lb * lc + (a * b).sum(-1) * lc + (b * c).sum(-1) * la + (c * a).sum(-1) * lb
    return np.arctan2(top, low).sum(-1) / (2 * np.pi)


def test_it_has_smpls_counts_and_types(body):
    shapes = {
        key: (value.shape, str(value.dtype)) for key, value in body.items() if key != "vertex_ids"
    }
    assert shapes == {
        "v_template": ((6890, 3), "float32"),
        "shapedirs": ((6890, 3, 10), "float32"),
        "posedirs": ((6890, 3, 207), "float32"),
        "J_regressor": ((24, 6890), "float32"),
        "weights": ((6890, 24), "float32"),
        "kintree_table": ((2, 24), "int64"),
        "f": ((13776, 3), "int64"),
        "mirror": ((6890,), "int64"),
        "sole": ((2, body["sole"].shape[1]), "int64"),
    }


def test_the_file_is_small_and_holds_no_pickles():
    assert FILE.stat().st_size <= 2_000_000
    with np.load(FILE, allow_pickle=False) as archive:
        assert all(archive[name].dtype != object for name in archive.files)


def test_it_is_one_closed_sphere_wound_outwards(body):
    topology = Topology(body["f"])
    assert topology.is_closed
    assert topology.num_vertices - len(topology.edges) + len(body["f"]) == 2
    assert 0.05 < signed_volume(body["v_template"], body["f"]) < 0.09


def test_every_vertex_has_its_mirror_image(body):
    mirror = body["mirror"]
    np.testing.assert_array_equal(mirror[mirror], np.arange(6890))
    np.testing.assert_array_equal(body["v_template"][mirror] * FLIP, body["v_template"])
    np.testing.assert_array_equal(body["shapedirs"][mirror] * FLIP[:, None], body["shapedirs"])
    np.testing.assert_array_equal(body["weights"][mirror][:, OTHER_SIDE], body["weights"])
    np.testing.assert_array_equal(
        body["J_regressor"][list(OTHER_SIDE)][:, mirror], body["J_regressor"]
    )
    faces = {tuple(np.roll(face, -face.argmin())) for face in body["f"]}
    mirrored = {tuple(np.roll(face, -face.argmin())) for face in mirror[body["f"][:, ::-1]]}
    assert faces == mirrored


def test_a_mirrored_pose_gives_the_mirrored_body(body, layer):
    pose = {L_SHOULDER: (10.0, -30.0, -60.0), L_HIP: (-40.0, 10.0, 5.0), 3: (10.0, 20.0, 5.0)}
    other = {OTHER_SIDE[joint]: (x, -y, -z) for joint, (x, y, z) in pose.items()}
    vertices, _ = decode(layer, pose)
    expected, _ = decode(layer, other)
    np.testing.assert_allclose(vertices[body["mirror"]] * FLIP, expected, atol=1e-6)


def test_it_stands_in_smpls_t_pose(body, layer):
    vertices, joints = decode(layer, {})
    np.testing.assert_allclose(vertices, body["v_template"], atol=1e-6)
    np.testing.assert_allclose(joints[PELVIS], 0, atol=1e-6)
    assert joints[HEAD, 1] > 0.5
    assert joints[L_ANKLE, 1] < -0.7
    arm = joints[[L_SHOULDER, L_ELBOW, L_WRIST, L_HAND]]
    assert (np.diff(arm[:, 0]) > 0.05).all()  # the person's left is at +x
    np.testing.assert_allclose(np.diff(arm[:, 1:], axis=0), 0, atol=2e-3)  # and level
    leg = joints[[L_HIP, L_KNEE, L_ANKLE]]
    assert (np.diff(leg[:, 1]) < -0.3).all()
    np.testing.assert_allclose(np.diff(leg[:, 2]), 0, atol=2e-3)  # straight, seen from the side
    assert joints[L_FOOT, 2] > joints[L_ANKLE, 2] + 0.08  # it faces +z


def test_joints_hang_together_as_smpls_do(body):
    parents = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19, 20, 21]
    np.testing.assert_array_equal(body["kintree_table"], [parents, range(24)])


def test_joints_and_vertices_are_averages_of_few(body):
    for key in ("J_regressor", "weights"):
        assert (body[key] >= 0).all()
        np.testing.assert_allclose(body[key].sum(axis=1), 1, atol=1e-6)
    assert (body["weights"] > 0).sum(axis=1).max() <= 4


def test_joints_lie_inside_the_body_whatever_its_shape(body):
    for vertices in [body["v_template"], *rest_bodies(body, 5)]:
        joints = body["J_regressor"] @ vertices
        np.testing.assert_allclose(winding_number(joints, vertices, body["f"]), 1, atol=1e-3)


def test_betas_draw_adults(body):
    """Over 2,000 of them: 1.69 m, deviation 0.095; women 1.625, men 1.755 m went in."""
    bodies = rest_bodies(body, 2000)
    stature = np.ptp(bodies[..., 1], axis=1)
    assert stature.mean() == pytest.approx(1.69, abs=0.02)
    assert stature.std() == pytest.approx(0.095, abs=0.01)
    assert stature.min() > 1.30
    assert stature.max() < 2.05
    volume = np.array([signed_volume(vertices, body["f"]) for vertices in bodies[:300]])
    low, middle, high = np.percentile(1000 * volume / stature[:300] ** 2, [2.5, 50, 97.5])
    assert (16 < low < 19, 22 < middle < 26, 29 < high < 35) == (True, True, True)


@pytest.mark.parametrize(
    ("turns", "bound"),
    [
        ({L_ELBOW: (0.0, -90.0, 0.0), R_ELBOW: (0.0, 90.0, 0.0)}, 0.01),
        ({L_SHOULDER: (0.0, 0.0, -90.0), R_SHOULDER: (0.0, 0.0, 90.0)}, 0.02),
        ({L_KNEE: (90.0, 0.0, 0.0), 5: (90.0, 0.0, 0.0)}, 0.02),
        ({L_HIP: (-90.0, 0.0, 0.0), 2: (-90.0, 0.0, 0.0)}, 0.05),
    ],
    ids=["elbows", "shoulders", "knees", "hips"],
)
def test_bent_by_a_right_angle_it_keeps_its_volume(body, layer, turns, bound):
    rest = signed_volume(body["v_template"], body["f"])
    vertices, _ = decode(layer, turns)
    assert signed_volume(vertices, body["f"]) == pytest.approx(rest, rel=bound)


def test_correctives_give_back_volume_at_shoulders_and_knees(body, layer):
    turns = {L_SHOULDER: (0.0, 0.0, -80.0), R_SHOULDER: (0.0, 0.0, 80.0), L_KNEE: (90.0, 0.0, 0.0)}
    corrected, _ = decode(layer, turns)
    kept = layer.posedirs.clone()
    try:
        layer.posedirs.zero_()
        plain, _ = decode(layer, turns)
    finally:
        layer.posedirs.copy_(kept)
    assert signed_volume(corrected, body["f"]) > signed_volume(plain, body["f"])


def test_landmarks_are_where_their_names_say(body):
    ids, vertices = body["vertex_ids"], body["v_template"]
    assert ids.keys() == SMPLX_LANDMARKS
    place = {name: vertices[index] for name, index in ids.items()}
    head = vertices[vertices[:, 1] > place["nose"][1]]
    assert place["nose"][2] >= head[:, 2].max()
    assert place["lear"][0] == head[:, 0].max() > 0 > place["rear"][0]
    assert place["leye"][1] > place["nose"][1]
    feet = vertices[vertices[:, 1] < vertices[:, 1].min() + 0.04]
    assert place["LHeel"][2] == feet[:, 2].min()
    assert place["LBigToe"][2] > feet[:, 2].max() - 0.01
    assert place["LBigToe"][0] < place["LSmallToe"][0]
    tips = [place[f"l{finger}"] for finger in FINGERS]
    assert (np.diff([tip[2] for tip in tips]) < 0).all()  # palms down, the thumb is in front
    assert min(tip[0] for tip in tips) > 0.6


def test_the_sole_is_under_the_foot(body):
    vertices, sole = body["v_template"], body["sole"]
    floor = vertices[:, 1].min()
    assert vertices[sole[0], 1].min() == floor
    assert vertices[sole, 1].max() < floor + 0.011
    np.testing.assert_array_equal(body["mirror"][sole[0]], sole[1])
    foot = vertices[sole[0]]
    assert np.ptp(foot[:, 2]) > 0.2  # from the heel to the toes
    assert (foot[:, 0] > 0).all()
