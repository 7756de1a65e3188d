"""`meshgait convert`, and the verbs that take a file of another tool."""

from pathlib import Path

import numpy as np
import pytest

from meshgait.body.kinds import KINDS
from meshgait.cli import main
from meshgait.io import read
from tests.body.bodies import other_topology
from tests.io.samples import (
    FRAMES,
    motion,
    shows_the_walk,
    write_amass,
    write_amc,
    write_coco,
    write_humanml3d,
    write_own,
    write_phalp,
    write_romp,
    write_vibe,
)


@pytest.mark.parametrize("name", ["x.npz", "x.bvh"])
def test_a_film_of_4d_humans_becomes_a_walk(tmp_path, capsys, name):
    source = str(write_phalp(tmp_path))
    assert main(["convert", source, "-o", str(tmp_path / name), "--fps=30"]) == 0
    shows_the_walk(read(tmp_path / name).body())
    assert f"{FRAMES} frames of PHALP, 4D-Humans or TokenHMR" in capsys.readouterr().out


def test_formats_are_named_where_the_ending_is_not_enough(tmp_path):
    out = tmp_path / "out"
    for source, target in ((write_vibe(tmp_path), "gait3d"), (write_romp(tmp_path), "gait3d")):
        assert main(["convert", str(source), "-o", str(out / source.stem), "--to", target]) == 0
        assert read(out / source.stem).format.name == "romp"
    source = str(write_amc(tmp_path))
    with pytest.warns(UserWarning, match=r"120 a second are taken, as is usual: give fps \(--fps"):
        assert main(["convert", source, f"-o={out}/x.npz", "--to=amass"]) == 0
    assert read(out / "x.npz").format.name == "amass"


def test_joints_become_bodies_and_keypoints_of_a_picture_are_refused(tmp_path, capsys):
    assert main(["convert", str(write_humanml3d(tmp_path)), f"-o={tmp_path}/x.npz"]) == 0
    assert "joints are 7 mm from the body's" in capsys.readouterr().err
    assert main(["convert", str(write_coco(tmp_path)), f"-o={tmp_path}/y.npz"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_gaps_are_filled_jumps_told_and_other_tracks_named(tmp_path, capsys):
    pose = np.zeros((4, 72))
    pose[2:, 1] = 2.0
    people = {
        1: {"pose": pose, "trans": np.zeros((4, 3)), "betas": np.zeros((4, 10)),
            "frame_ids": np.array([0, 1, 3, 4])},
        2: {"pose": pose[:1], "trans": np.zeros((1, 3)), "betas": np.zeros((1, 10)),
            "frame_ids": np.array([0])},
    }  # fmt: skip
    np.save(tmp_path / "x.npy", people)
    arguments = ["convert", f"{tmp_path}/x.npy", f"-o={tmp_path}/y.npz", "--fill=3", "--smooth=1"]
    arguments += ["--fps=30"]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    assert "taking track 1 of 1, 2" in captured.err
    assert main([*arguments, "--track=9"]) == 2
    assert "no track '9', only 1, 2" in capsys.readouterr().err
    assert len(read(tmp_path / "y.npz").body()) == 5
    pose[2:, 1] = 3.0
    people[1]["frame_ids"] = np.arange(4)
    np.save(tmp_path / "x.npy", people)
    assert main(arguments) == 0
    assert "frame 2: sudden change of direction by 171" in capsys.readouterr().err


def test_the_path_that_is_said_is_there(tmp_path, capsys):
    source = str(write_phalp(tmp_path))
    for name in ("w.glb", "w.PLY", "w.obj", "w.npz", "w.bvh"):
        assert main(["convert", source, f"-o={tmp_path}/{name}", "--fps=30"]) == 0
        said = Path(capsys.readouterr().out.split(": ")[0])
        assert said.is_file() or len(list(said.glob(f"*{Path(name).suffix.lower()}"))) == FRAMES
    (tmp_path / "w" / "000099.ply").write_bytes(b"")
    assert main(["convert", source, f"-o={tmp_path}/w.ply"]) == 2
    assert "holds 000099.ply already" in capsys.readouterr().err


def test_the_rate_is_asked_for_and_another_one_written(tmp_path, capsys):
    source, out = str(write_amc(tmp_path)), tmp_path / "x.npz"
    assert main(["convert", source, f"-o={out}", "--fps=100", "--fps-out=50"]) == 0
    captured = capsys.readouterr()
    assert "3 frames of ASF/AMC" in captured.out  # of the 6
    assert "lengths are read as units of 1 / 0.45 inch, y up" in captured.err
    slow = read(out).body()
    assert slow.fps == 50
    assert main(["convert", source, f"-o={out}", "--fps=100"]) == 0
    np.testing.assert_allclose(read(out).body().pose[::2], slow.pose, atol=1e-5)
    assert main(["convert", source, f"-o={out}", "--fps=100", "--fps-out=-1"]) == 2
    assert "resampled to -1.0; both rates must be" in capsys.readouterr().err


def test_the_shape_of_another_body_is_fitted_where_its_file_is_given(tmp_path, capsys):
    source, out = str(write_amass(tmp_path)), tmp_path / "x.npz"
    assert main(["convert", source, f"-o={out}"]) == 0
    assert "SMPLH_MALE.npz given as --source-body" in capsys.readouterr().err
    assert not read(out).body().betas.any()
    np.savez(tmp_path / "male.npz", **other_topology(KINDS["smplh"], np.eye(10)))
    assert main(["convert", source, f"-o={out}", f"--source-body={tmp_path}/male.npz"]) == 0
    assert "the shape was fitted" in capsys.readouterr().err
    np.testing.assert_allclose(read(out).body().betas[0], motion().betas, atol=0.05)
    assert main(["convert", source, f"-o={out}", f"--source-body={source}"]) == 2
    assert "is not a body model" in capsys.readouterr().err


def test_a_mistake_is_one_sentence(tmp_path, capsys):
    source = str(write_own(tmp_path))
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04nonsense")
    for arguments in (
        [source, f"-o={tmp_path}/x.fbx"],
        [source, f"-o={tmp_path}/x.pkl"],
        [f"{tmp_path}/bad.npz", f"-o={tmp_path}/x.npz"],
        [f"{tmp_path}/none", f"-o={tmp_path}/x.npz"],
        [source, f"-o={tmp_path}/x.npz", "--to=fbx"],
        [source, f"-o={tmp_path}/x.npz", "--modalities=[silhouette]"],
        [source, f"-o={tmp_path}/x.npz", "--to=clip", "--modalities=[gie]"],
    ):
        assert main(["convert", *arguments]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_info_names_the_format_and_view_takes_it(tmp_path, capsys):
    source = str(write_amass(tmp_path))
    assert main(["info", source]) == 0
    out = capsys.readouterr().out
    assert out.startswith("format: AMASS\ntrack 0: 6 frames, 0 to 5, axes z up, 120 frames")
    assert main(["info", str(write_humanml3d(tmp_path))]) == 0
    out = capsys.readouterr().out
    assert "format: HumanML3D (recalled, not verified)" in out
    assert "22 points in m, 6 frames" in out
    assert main(["view", source, f"--out={tmp_path}/walk.gif", "--pixels=16"]) == 0
    assert main(["represent", source, f"--out={tmp_path}/x.png", "--only=silhouette"]) == 0
