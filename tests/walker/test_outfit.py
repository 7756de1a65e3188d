import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait import Camera, Mesh
from meshgait.body import Body
from meshgait.errors import DataError
from meshgait.modalities import silhouette
from meshgait.walker import Bag, Coat, Identity, Outfit, walk

OUTFITS = {
    "backpack": Outfit(bag=Bag("backpack", (0.28, 0.42, 0.16))),
    "satchel": Outfit(bag=Bag("satchel", (0.12, 0.26, 0.32), -1)),
    "handbag": Outfit(bag=Bag("handbag", (0.12, 0.24, 0.30), 1)),
    "coat": Outfit(coat=Coat(0.03, 0.8)),
}


@pytest.fixture(scope="module")
def body():
    return Body.embedded()


@pytest.fixture(scope="module")
def clip(body):
    motion = walk(body, Identity.average(), frames=4, fps=5.0).motion
    return motion.decode(body), torch.from_numpy(motion.pose)


@pytest.mark.parametrize("name", OUTFITS)
def test_a_dressed_body_is_closed_and_covers_the_bare_one(body, clip, name):
    mesh, pose = clip
    dressed = OUTFITS[name].dress(body, mesh, pose)
    assert dressed.topology.is_closed
    assert dressed.joints is mesh.joints
    gained = []
    for azimuth in (0, 90):
        camera = Camera.orbit(azimuth, 0, 5.0, (128, 128), target=(0.0, 0.9, 0.0))
        bare, clothed = silhouette(mesh, camera), silhouette(dressed, camera)
        assert (clothed > bare - 0.3).all()  # up to pixels at an edge, which mean two things
        gained.append(float((clothed - bare).sum() / bare.sum()))
    assert max(gained) > 0.02


@pytest.mark.parametrize("name", ["backpack", "satchel", "handbag"])
def test_a_bag_has_its_volume_and_goes_where_its_carrier_goes(body, clip, name):
    mesh, pose = clip
    bag = OUTFITS[name].bag
    dressed = OUTFITS[name].dress(body, mesh, pose)
    assert_close(dressed.vertices[:, :6890], mesh.vertices)
    own = Mesh(dressed.vertices[:, 6890:], None, dressed.faces[len(mesh.faces) :] - 6890)
    for frame in range(4):
        solid = own[frame].to_trimesh()
        assert solid.is_watertight
        assert 0.75 < solid.volume / np.prod(bag.size) < 1
    moved = Mesh(mesh.vertices + 3, mesh.joints + 3, mesh.faces)
    assert_close(
        OUTFITS[name].dress(body, moved, pose).vertices - 3, dressed.vertices, atol=1e-5, rtol=0
    )


def test_a_coat_stands_off_the_trunk_and_leaves_head_hands_and_feet(body, clip):
    mesh, pose = clip
    dressed = OUTFITS["coat"].dress(body, mesh, pose)
    moved = (dressed.vertices[:, :6890] - mesh.vertices).norm(dim=-1)[0]
    owner = body.layer.lbs_weights.argmax(1)
    assert moved[owner == 9].mean() > 0.025  # chest
    for joint in (15, 22, 23, 7, 8):
        assert moved[owner == joint].mean() < 0.002


def test_conditions_are_what_they_say():
    generator = np.random.default_rng(0)
    assert Outfit.draw("normal", generator) == Outfit()
    for _ in range(20):
        assert Outfit.draw("bag", generator).bag is not None
        assert Outfit.draw("coat", generator).coat is not None
    kinds = {Outfit.draw("bag", generator).bag.kind for _ in range(60)}
    assert kinds == {"backpack", "satchel", "handbag"}


def test_nothing_on_changes_nothing(body, clip):
    mesh, pose = clip
    dressed = Outfit().dress(body, mesh, pose)
    assert dressed.vertices is mesh.vertices
    assert torch.equal(dressed.faces, mesh.faces)


def test_a_mesh_without_joints_cannot_be_dressed(body, clip):
    mesh, pose = clip
    with pytest.raises(DataError, match="has no joints"):
        Outfit().dress(body, Mesh(mesh.vertices, None, mesh.faces), pose)
