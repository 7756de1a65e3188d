import numpy as np
import pytest
import torch
import trimesh

from meshgait.errors import ShapeError
from meshgait.mesh import Topology, topology, whole_faces

BALL = np.array(trimesh.creation.icosphere(2).faces)


def listed(faces):
    """Triangles as a set, each beginning with its least corner, so that windings can differ."""
    turned = [np.roll(face, -int(np.argmin(face))) for face in faces]
    return {tuple(face.tolist()) for face in turned}


def test_the_skin_of_a_closed_surface_is_the_surface():
    shape = Topology(BALL)
    assert shape.skin is shape


@pytest.mark.parametrize("share", [0.1, 0.45])
def test_faces_wound_at_random_are_wound_as_most_of_them_are(share):
    turned = np.random.default_rng(0).random(len(BALL)) < share
    mixed = np.where(turned[:, None], BALL[:, ::-1], BALL)
    assert not Topology(mixed).is_closed
    assert listed(Topology(mixed).skin.faces) == listed(BALL)


def test_doubled_faces_and_those_without_area_are_left_out():
    flat = np.array([[0, 0, 1], [2, 3, 3]])
    found = Topology(np.concatenate([BALL, BALL[:, ::-1], np.roll(BALL, 1, axis=1), flat])).skin
    assert found.is_closed
    assert len(found.faces) == len(BALL)


def test_every_piece_is_wound_for_itself():
    other = BALL[:, ::-1] + BALL.max() + 1
    mixed = np.concatenate([BALL, other])
    mixed[[0, -1]] = mixed[[0, -1], ::-1]
    assert listed(Topology(mixed).skin.faces) == listed(np.concatenate([BALL, other]))


def test_a_moebius_strip_has_no_side_and_stays_as_it_is():
    strip = np.array([[0, 1, 2], [2, 1, 3], [2, 3, 4], [4, 3, 0], [4, 0, 1]])
    assert Topology(strip).skin.faces.tolist() == strip.tolist()


def test_a_compact_topology_has_the_same_triangles_over_fewer_vertices():
    shape = Topology(3 * BALL + 5)
    assert shape.compact.num_vertices == BALL.max() + 1
    assert (shape.used_vertices[shape.compact.faces] == shape.faces).all()
    assert Topology(BALL).compact.compact is not None


def through_numpy(faces):
    faces.numpy()[0] = [0, 1, 4]


def through_another_view(faces):
    faces[:1].copy_(torch.tensor([[0, 1, 4]]))


@pytest.mark.parametrize("change", [through_numpy, through_another_view])
@pytest.mark.parametrize("make", [torch.tensor, lambda x: torch.from_numpy(np.array(x))])
@pytest.mark.parametrize("inference", [False, True])
def test_faces_that_changed_in_place_are_seen_as_they_are(make, change, inference):
    with torch.inference_mode(inference):
        faces = make([[0, 1, 2], [0, 2, 3]])
        assert topology(faces).num_vertices == 4
        change(faces)
        assert topology(faces).num_vertices == 5


def test_an_array_may_change_after_its_topology_was_made():
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    shape = Topology(faces)
    faces[:] = 0
    assert shape.faces.tolist() == [[0, 1, 2], [0, 2, 3]]


WHOLE = [torch.int8, torch.uint8, torch.int16, torch.uint16, torch.int32, torch.uint32]
WHOLE += [torch.int64, torch.uint64]


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("dtype", WHOLE, ids=str)
def test_whole_numbers_of_any_type_are_faces(dtype):
    faces = torch.tensor([[0, 1, 2], [0, 2, 3]])
    assert torch.equal(whole_faces(faces.to(dtype)), faces)
    assert topology(faces.to(dtype)) is topology(faces)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bool, torch.complex64], ids=str)
def test_other_numbers_are_not(dtype):
    with pytest.raises(ShapeError, match="faces must be whole numbers"):
        whole_faces(torch.ones(1, 3).to(dtype))
