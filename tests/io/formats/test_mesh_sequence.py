import numpy as np
import pytest
import trimesh

from meshgait.errors import ConfigError
from meshgait.io import write_mesh_sequence
from tests.io.samples import body, motion


@pytest.mark.parametrize("suffix", [".glb", ".obj", ".ply"])
def test_another_program_finds_the_same_meshes(tmp_path, suffix):
    mesh = motion().decode(body())[:2]
    paths = write_mesh_sequence(tmp_path / "out", mesh, suffix, frames=[7, 9])
    assert [path.name for path in paths] == [f"000007{suffix}", f"000009{suffix}"]
    for path, vertices in zip(paths, mesh.vertices.numpy(), strict=True):
        found = trimesh.load(path, process=False, force="mesh")
        assert len(found.faces) == len(mesh.faces)
        np.testing.assert_allclose(found.vertices, vertices, atol=1e-5)


def test_other_endings_are_refused(tmp_path, unchecked):
    with pytest.raises(ConfigError, match=r"written as .glb, .obj, .ply, .stl, not '.fbx'"):
        write_mesh_sequence(tmp_path, motion().decode(body()), ".fbx")
