import pytest
import torch
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.errors import ConfigError, DataError
from meshgait.modalities import normalized_coverage
from meshgait.models import MeshGait
from meshgait.models.meshgait import surface_markers
from meshgait.walker import Identity, walk

SMALL = {"width": 1 / 16, "markers": 8, "vertices": 40, "depth": 4}


def walker(frames):
    """Silhouettes and SMPL parameters of somebody who walks past, seen from the side."""
    motion = walk(Body.embedded(), Identity.average(), frames=frames, fps=5.0).motion
    pose = motion.pose.copy()
    smpl = torch.zeros(frames, 85)
    smpl[:, 3:75] = torch.from_numpy(pose)
    smpl[:, 3:6] = torch.tensor([torch.pi, 0.0, 0.0])  # upright in a picture whose y runs down
    mesh = Body.embedded()(pose=smpl[:, 3:75], betas=smpl[:, 75:])
    images = normalized_coverage(mesh.vertices[..., :2], mesh.faces)
    return images, smpl


def test_bodies_lie_in_their_silhouettes():
    images, smpl = walker(4)
    joints, surface = MeshGait(markers=32, vertices=200, width=1 / 16).true_places(smpl)
    for image, places in zip(images, joints, strict=True):
        column = (places[:, 0] * 64).floor().long()
        row = (places[:, 1] * 64).floor().long()
        inside = (row >= 0) & (row < 64) & (column >= 0) & (column < 44)
        assert inside.all()
        assert (image[row, column] > 0.5).float().mean() > 0.9
    assert_close(surface[..., 1].amin(1), torch.zeros(4), rtol=0, atol=1e-5)
    assert_close(surface[..., 1].amax(1), torch.ones(4), rtol=0, atol=1e-5)


def test_a_heat_map_of_one_cell_is_a_place():
    model = MeshGait(**SMALL)
    volume = torch.full((1, model.places, 4, 16, 11), -1e4)
    volume[:, :, 3, 8, 5] = 0.0
    place, image = model._read(volume)
    expected = torch.tensor([44 / 64 * 5.5 / 11, 8.5 / 16, 3.5 / 4])
    assert_close(place[0], expected.expand(model.places, 3))
    assert image[0, : model.places, 8, 5].unique() == 16 * 11


def test_a_mesh_of_markers_stays_what_it_is_where_there_is_a_marker():
    chosen, blend = surface_markers(64, 256)
    assert len(chosen.unique()) == 256
    assert_close(blend[:64], torch.eye(64).double(), rtol=0, atol=1e-6)
    assert_close(blend.sum(1), torch.ones(256).double())
    rest = Body.embedded().layer.v_template[chosen].double()
    away = (blend @ rest[:64] - rest).norm(dim=-1)
    assert away.mean() < 0.05  # metres


def test_bodies_teach_it_and_are_not_needed_afterwards():
    torch.manual_seed(0)
    images, smpl = walker(4)
    model = MeshGait(**SMALL | {"lifting": (64, 128, 256)})
    assert model.inputs == ("silhouette", "smpl")
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    errors = []
    for _ in range(20):
        _, error = model.describe(images[None], smpl[None])
        optimizer.zero_grad()
        error.sum().backward()
        optimizer.step()
        errors.append(float(error.detach()))
    assert errors[-1] < 0.7 * errors[0]
    assert model.eval().inputs == ("silhouette",)
    assert torch.equal(model(images[None]), model.describe(images[None], smpl[None])[0])
    assert MeshGait(**SMALL, supervised=False).inputs == ("silhouette",)


@pytest.mark.usefixtures("unchecked")
def test_what_does_not_fit_is_refused():
    with pytest.raises(DataError, match=r"learns from smpl \(B, T, 85\) of the same frames"):
        MeshGait(**SMALL).describe(torch.zeros(1, 2, 64, 44))
    with pytest.raises(ConfigError, match="needs 4 markers or more"):
        MeshGait(markers=3)


def test_every_vertex_may_be_a_marker_and_four_are_enough():
    for markers, vertices in ((4, 4), (4, 8), (8, 8)):
        assert MeshGait.Config(markers=markers, vertices=vertices, depth=1).markers == markers
