import pytest

from meshgait import Body
from meshgait.cli import main
from meshgait.sequence import save_motion
from meshgait.walker import Identity, Route, walk


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A plain walk, and one with a stop."""
    body, folder = Body.embedded(), tmp_path_factory.mktemp("walks")
    for name, route in (("plain", Route()), ("stops", Route(stops=(0,), stop_seconds=1.5))):
        steps = walk(body, Identity.average(), route, frames=300, fps=50.0)
        save_motion(folder / f"{name}.npz", steps.motion)
    return folder


def test_it_prints_both_sides_says_what_is_left_out_and_writes_what_was_asked(
    files, tmp_path, capsys
):
    out = [str(tmp_path / name) for name in ("t.csv", "n.json")]
    walks = [str(files / f"{name}.npz") for name in ("plain", "stops")]
    assert main(["gait", *walks, "-o", *out, "--by=file"]) == 0
    shown = capsys.readouterr()
    assert "cadence, steps/min" in shown.out
    assert "stops.npz: left stride from" in shown.err
    assert "left out: a stop:" in shown.err
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "n.json", "t.csv", "t_curves.csv", "t_groups.csv", "t_summary.csv",
    ]  # fmt: skip


def test_a_file_without_a_walk_is_left_out_of_several_and_refused_alone(files, tmp_path, capsys):
    body = Body.embedded()
    save_motion(tmp_path / "short.npz", walk(body, Identity.average(), frames=5).motion)
    assert main(["gait", str(tmp_path / "short.npz"), str(files / "plain.npz")]) == 0
    assert "left out: " in capsys.readouterr().err
    assert main(["gait", str(tmp_path / "short.npz")]) == 2
    assert "short.npz" in capsys.readouterr().err
