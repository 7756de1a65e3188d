import re
import sys

import pytest

from meshgait.cli import doctor, main


@pytest.fixture(autouse=True)
def one_part(monkeypatch):
    """The package that is loaded soonest."""
    parts = [part for part in doctor._PARTS if part[1] == "c3d"]
    monkeypatch.setattr(doctor, "_PARTS", parts)


def words(capsys, *arguments):
    """The word of each part."""
    assert main(["doctor", *arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    return {line[9:].split(":")[0]: line.split()[0] for line in lines if re.match(r"\w+ +\S", line)}


def test_what_is_loaded_is_ok_and_what_is_only_there_is_found(capsys):
    looked, loaded = words(capsys), words(capsys, "--load")
    assert looked["C3D motion capture"] == "found"
    assert loaded["C3D motion capture"] == "ok"


def test_a_package_that_is_broken_is_found_until_it_is_loaded(tmp_path, monkeypatch, capsys):
    (tmp_path / "c3d.py").write_text("import no_such_library\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "c3d", raising=False)
    assert words(capsys)["C3D motion capture"] == "found"
    assert words(capsys, "--load")["C3D motion capture"] == "missing"


def test_a_package_that_is_not_there_is_missing_either_way(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "c3d", None)
    assert words(capsys)["C3D motion capture"] == "missing"
    assert words(capsys, "--load")["C3D motion capture"] == "missing"
