import json
import pickle
import zipfile

import numpy as np
import pytest
import torch

from meshgait.errors import DataError
from meshgait.files import limits
from meshgait.io.content import C3dFile, Folder, Text, describe_content, read_content


def test_every_kind_is_told_by_its_first_bytes(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(pickle.dumps({"a": 1}))
    assert read_content(path) == {"a": 1}
    path.write_text(json.dumps([1, 2]), encoding="utf-8-sig")
    assert read_content(path) == [1, 2]
    path.write_text("HIERARCHY")
    assert read_content(path) == Text("HIERARCHY", path)
    path.write_bytes(b"\x02\x50" + bytes(20))
    assert read_content(path) == C3dFile(path)
    torch.save({"a": [torch.ones(2)]}, path)
    assert read_content(path)["a"][0].tolist() == [1, 1]
    assert isinstance(read_content(tmp_path), Folder)
    for version in ((1, 0), (2, 0)):
        with path.open("wb") as file:
            np.lib.format.write_array(file, np.arange(3), version=version)
        assert read_content(path).tolist() == [0, 1, 2]


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "x.npz", poses=np.zeros(10_000))
    monkeypatch.setattr(limits, "LEAST", 1000)
    with pytest.raises(DataError, match=r"x.npz .*far more memory than a file of its size"):
        read_content(tmp_path / "x.npz")


def test_a_file_too_large_is_not_read(tmp_path, monkeypatch):
    with (tmp_path / "x").open("wb") as file:
        file.truncate((1 << 31) + 1)
    with pytest.raises(DataError, match="bytes, more than 2147483648; if you trust it"):
        read_content(tmp_path / "x")


def test_an_archive_of_something_else_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(DataError, match=r"x.zip cannot be read as .npz"):
        read_content(tmp_path / "x.zip")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({}, "an empty dictionary"),
        ({str(i): i for i in range(20)}, "keys 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ..."),
        ([np.zeros(3)], "a list of 1, first an array of shape (3,) and type float64"),
        (3, "a int"),
    ],
)
def test_what_was_found_is_described(value, text):
    assert text in describe_content(value)
