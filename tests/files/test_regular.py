import os
import socket

import pytest

from meshgait.errors import DataError
from meshgait.files.limits import MOST
from meshgait.files.regular import opened, read_bytes, read_json, read_text, require_file


def _places(folder):
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "socket"))
    (folder / "device").symlink_to("/dev/zero")
    (folder / "folder").mkdir()
    (folder / "loop").symlink_to(folder / "loop")
    return [folder / name for name in ("pipe", "socket", "device", "folder", "loop", "nul\0")]


def test_what_is_no_ordinary_file_is_refused_before_it_is_opened(tmp_path):
    for path in _places(tmp_path):
        for read in (require_file, read_bytes, read_text, read_json):
            with pytest.raises(DataError, match=r"(is a .*, not a file|cannot be read)"):
                read(path)
        with pytest.raises(DataError), opened(path):
            pass


def test_a_missing_file_and_a_link_to_nowhere_are_missing(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("none", "link"):
        with pytest.raises(FileNotFoundError, match=name):
            read_bytes(tmp_path / name)


def test_a_file_of_holes_is_not_read(tmp_path):
    for size in (MOST + 1, MOST - 1):
        with (tmp_path / "x").open("wb") as file:
            file.truncate(size)
        with pytest.raises(DataError, match=r"x (has .* bytes, more than|is mostly holes)"):
            read_bytes(tmp_path / "x")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("7" * 1_000_000, "of 1000000 digits"),
        ("[" * 100_000, "no JSON that can be read: it is nested too deeply"),
        ('{"a": 1, "b": {"c": 2, "c": 3}}', "'c' is given twice"),
        ("[" + "[]," * 5_000_000 + "1]", "far more memory"),
        ("{", "is no JSON"),
        ("", "is no JSON"),
        ("\0", "is no JSON"),
    ],
)
def test_json_that_cannot_be_meant_is_refused_in_one_sentence(tmp_path, text, reason):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(DataError, match=rf"x\.json.*{reason}") as caught:
        read_json(tmp_path / "x.json")
    assert len(str(caught.value).splitlines()) == 1


def test_json_is_read_with_a_mark_in_front_and_numbers_of_every_kind(tmp_path):
    (tmp_path / "x").write_text('\ufeff{"a": [1, -2.5, 1e3, null, true, "é"]}', encoding="utf-8")
    assert read_json(tmp_path / "x") == {"a": [1, -2.5, 1000.0, None, True, "é"]}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_is_read_in_the_codecs_that_say_what_they_are(tmp_path, codec):
    (tmp_path / "x").write_bytes('{"name": "Änne"}'.encode(codec))
    assert read_json(tmp_path / "x") == {"name": "Änne"}
