import numpy as np
import pytest
import torch

from meshgait.cli import main
from meshgait.models import create
from meshgait.sequence import GaitSequence, save_clip
from meshgait.weights import describe_model, save_checkpoint
from tests.cli.test_cli import refused
from tests.video.film import alone, write_frames


def clip(path, person, number):
    """A blob whose form is that of a person and whose noise is that of a clip."""
    chance = np.random.default_rng((person, number))
    form = np.random.default_rng(person).random((8, 4)) > 0.5
    whole = np.kron(form, np.ones((8, 11))).astype(np.uint8) * 255
    frames = np.stack([whole * (chance.random((64, 44)) > 0.1) for _ in range(6)]).astype(np.uint8)
    save_clip(path, GaitSequence(f"p{person}", "a", str(number), {"silhouette": frames}))
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    torch.manual_seed(0)
    save_checkpoint(folder / "net.pt", describe_model(create("GEI").eval()))
    for person in range(4):
        for number in range(3):
            clip(folder / f"{person}-{number}.npz", person, number)
    return folder


def test_enrol_three_identify_the_first_and_not_the_fourth(place, tmp_path, capsys):
    more = [f"--gallery={tmp_path / 'g.db'}", f"--checkpoint={place / 'net.pt'}"]
    for person, name in enumerate(("ann", "bob", "eve")):
        clips = [str(place / f"{person}-{number}.npz") for number in (0, 1)]
        assert main(["enrol", name, *clips, "--consent=form", *more]) == 0
    assert "2 clips of eve added; 3 people, 6 clips (for research" in capsys.readouterr().out
    assert main(["identify", str(place / "0-2.npz"), *more]) == 0
    assert "0-2.npz: ann, at distance" in capsys.readouterr().out
    assert main(["identify", str(place / "3-2.npz"), *more]) == 0
    assert ": unknown: the nearest, " in capsys.readouterr().out
    assert main(["gallery", more[0]]) == 0
    assert "ann: 2 clips since" in capsys.readouterr().out
    assert main(["forget", "ann", more[0]]) == 0
    assert "2 clips of ann removed" in capsys.readouterr().out
    assert "calibration needs 20 people" in refused(["gallery", more[0], "--calibration"], capsys)


def test_every_mistake_is_one_sentence(place, tmp_path, capsys):
    more = [f"--gallery={tmp_path / 'no.db'}", f"--checkpoint={place / 'net.pt'}"]
    assert "`meshgait enrol` makes one" in refused(["identify", place / "0-0.npz", *more], capsys)
    assert "No such file" in refused(["forget", "ann", more[0]], capsys)
    (tmp_path / "text.db").write_text("text")
    said = refused(["gallery", f"--gallery={tmp_path / 'text.db'}"], capsys)
    assert "is no gallery" in said


def test_whoever_walks_in_a_video_is_identified(place, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("meshgait.video.watch.PoseTracker", alone)
    more = [f"--gallery={tmp_path / 'g.db'}", f"--checkpoint={place / 'net.pt'}"]
    film = write_frames(tmp_path / "film", 30)
    assert main(["video", str(film), "-o", str(tmp_path / "seen")]) == 0
    walk = str(tmp_path / "seen" / "person-01" / "clip.npz")
    assert main(["enrol", "ann", walk, *more]) == 0
    assert main(["enrol", "bob", str(place / "1-0.npz"), *more]) == 0
    assert main(["identify", str(film), *more]) == 0
    said = capsys.readouterr()
    assert "film, person-01: " in said.out
    assert "  1. ann 0.000" in said.out
    assert "what ann agreed to is not recorded" in said.err
