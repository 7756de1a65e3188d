import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.io.formats.gait3d import write_gait3d
from meshgait.io.formats.mesh_sequence import write_mesh_sequence
from meshgait.io.frame_files import frame_files
from meshgait.io.read import read
from tests.io.samples import FRAMES, body, motion
from tests.io.samples import write_gait3d as sample


def test_every_frame_has_a_file_of_its_own(tmp_path):
    mesh = motion().decode(body())[:3]
    with pytest.raises(DataError, match="frame 7 occurs twice"):
        write_mesh_sequence(tmp_path, mesh, ".ply", frames=[7, 7, 8])
    with pytest.raises(DataError, match="2 frame ids for 3 frames"):
        write_mesh_sequence(tmp_path, mesh, ".ply", frames=[7, 8])
    assert not list(tmp_path.iterdir())
    paths = write_mesh_sequence(tmp_path, mesh, ".ply", frames=np.array([-1, 7, 8]))
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert len(paths) == 3


def test_a_folder_holds_one_walk(tmp_path):
    track = read(sample(tmp_path)).body()
    folder = tmp_path / "walk"
    write_gait3d(folder, track)
    write_gait3d(folder, track)  # again is the same
    assert len(list(folder.iterdir())) == FRAMES
    (folder / "human_crop_f99999.npz").write_bytes(b"")
    with pytest.raises(DataError, match=r"holds human_crop_f99999\.npz already"):
        write_gait3d(folder, track)


def test_files_of_another_kind_are_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    assert frame_files(tmp_path, [0], "{:02d}.obj", 1) == [tmp_path / "00.obj"]
