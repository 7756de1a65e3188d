"""Shapes of SMPL-H and SMPL-X on SMPL's body."""

import functools
from dataclasses import replace

import numpy as np
import pytest
import torch

from meshgait.body import Body
from meshgait.body.kinds import KINDS, SMPL, SMPLH, SMPLX
from meshgait.errors import DataError
from meshgait.io import read, settle_shape, to_body
from meshgait.io.own_shape import SMPLX_PELVIS
from meshgait.io.settle_shape import transfer_shape
from meshgait.io.track import body_track, later_body_track
from tests.body.bodies import other_topology
from tests.io.samples import body, write_amass, write_gvhmr

SHIFT = (0.003, -0.35, 0.012)
BETAS = np.random.default_rng(1).normal(0, 1, 10).astype(np.float32)


@functools.cache
def mix(kind):
    """What coefficients of `kind` mean in those of the embedded body."""
    return np.random.default_rng(len(kind.joints)).normal(0, 0.3, (10, 10))


@functools.cache
def source(kind):
    return Body(other_topology(kind, mix(kind), shift=SHIFT))


def track_of(kind, *, transl=None):
    return later_body_track(
        kind, frames=None, pose=np.zeros((2, 66)), betas=BETAS, transl=transl, axes="y up"
    )


def apart_mm(betas, others):
    """How far the skins of two shapes are apart, in the mean."""
    a, b = (body().shape(torch.as_tensor(x).float()) for x in (betas, others))
    return 1000 * float((a - b).norm(dim=1).mean())


@pytest.mark.parametrize("kind", [SMPLH, SMPLX], ids=lambda kind: kind.name)
def test_the_fitted_shape_is_the_true_one_and_a_copied_one_is_not(kind):
    truth = mix(kind) @ BETAS
    track = settle_shape(track_of(kind), body(), source(kind))
    assert apart_mm(track.betas[0], truth) < 1
    assert apart_mm(BETAS, truth) > 10
    assert track.own is None
    (note,) = track.notes
    assert note.startswith(f"the shape was fitted to that of {kind.file}")


def test_the_pelvis_is_where_the_body_of_the_file_has_it():
    place = np.array([[1.0, 2, 3], [4, 5, 6]], np.float32)
    pelvis = source(SMPLX).rest_joints(torch.from_numpy(BETAS))[0].numpy()
    for kind in (SMPLH, SMPLX):
        track = settle_shape(track_of(kind, transl=place), body(), source(kind))
        joints = track.to_motion(body(), fps=30).decode(body()).require_joints()
        at_rest = source(kind).rest_joints(torch.from_numpy(BETAS))[0].numpy()
        np.testing.assert_allclose(joints[:, 0], place + at_rest, atol=1e-5)
    assert np.abs(pelvis - SHIFT).max() < 0.05


def test_without_a_file_the_pelvis_is_that_of_smplx_mean_body():
    place = np.array([[1.0, 2, 3], [4, 5, 6]], np.float32)
    track = settle_shape(track_of(SMPLX, transl=place), body())
    joints = track.to_motion(body(), fps=30).decode(body()).require_joints()
    np.testing.assert_allclose(joints[:, 0], place + SMPLX_PELVIS, atol=1e-6)
    assert not track.betas.any()
    assert "SMPLX_NEUTRAL.npz" in track.notes[0]


def test_a_body_of_the_files_kind_has_the_shape_of_the_file():
    place = np.array([[1.0, 2, 3], [4, 5, 6]], np.float32)
    for kind in (SMPLH, SMPLX):
        own = source(kind)
        track = settle_shape(track_of(kind, transl=place), own)
        np.testing.assert_array_equal(track.betas[0], BETAS)
        assert not track.notes
        mesh = track.to_motion(own, fps=30).decode(own)
        expected = own(
            pose=torch.zeros(2, 3 * len(kind.joints)), betas=torch.from_numpy(BETAS),
            transl=torch.from_numpy(place),
        )  # fmt: skip
        np.testing.assert_allclose(mesh.vertices, expected.vertices, atol=1e-5)


def test_smpls_shape_goes_onto_other_bodies_by_fitting_too():
    own = body_track(frames=None, pose=np.zeros((2, 72)), betas=BETAS, axes="y up")
    mean = settle_shape(own, source(SMPLX))
    assert not mean.betas.any()
    assert "SMPL_NEUTRAL.pkl" in mean.notes[0]
    found = settle_shape(own, source(SMPLX), body())
    assert apart_mm(mix(SMPLX) @ found.betas[0], BETAS) < 3  # of a mixture that is hard to invert
    assert settle_shape(own, body()) is own


def test_a_source_of_another_kind_is_refused():
    with pytest.raises(DataError, match="of SMPL-X and the source body is one of SMPL-H; give"):
        settle_shape(track_of(SMPLX), body(), source(SMPLH))
    with pytest.raises(DataError, match=r"of SMPL-H and the source body is one of SMPL;"):
        settle_shape(track_of(SMPLH), body(), body())


@pytest.mark.parametrize(("write", "kind"), [(write_amass, SMPLH), (write_gvhmr, SMPLX)])
def test_a_file_is_read_onto_the_body_by_the_file_of_its_own(tmp_path, write, kind):
    recording = read(write(tmp_path))
    assert not to_body(recording).betas.any()
    found = to_body(recording, source=source(kind))
    own = recording.body().own
    assert apart_mm(found.betas[0], mix(kind) @ own.betas[:10]) < 1


def test_no_turn_of_a_joint_is_put_down_to_the_shape():
    """Arms that hang a little in the rest pose of another model are no other shape."""
    arrays = other_topology(KINDS["smplh"], np.eye(10))
    pose = torch.zeros(1, 72)
    pose[0, [3 * 16 + 2, 3 * 17 + 2]] = torch.tensor([-0.08, 0.08])
    hanging = body()(pose=pose, betas=torch.zeros(10))
    bent = Body(arrays | {"v_template": hanging.vertices[0].numpy()})
    fit = transfer_shape(bent, np.zeros(10, np.float32), body())
    assert np.abs(fit.betas).max() < 0.2
    assert SMPL.name == "smpl"


def test_a_track_keeps_what_it_was_beside():
    track = replace(track_of(SMPLX), usual_fps=30.0).noted("something else")
    found = settle_shape(track, body(), source(SMPLX))
    assert found.usual_fps == 30
    assert found.notes[0] == "something else"
