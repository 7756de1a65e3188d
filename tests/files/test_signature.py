import io
import pickle
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from meshgait.errors import DataError
from meshgait.files.restricted_pickle import read_pickle
from meshgait.files.safetensors_file import write_safetensors
from meshgait.files.signature import LONGEST, broken_archive, signature, starts_pickle
from meshgait.files.storage import read_npz


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WebP"])
def test_pictures_are_told_by_their_first_bytes(kind):
    content = io.BytesIO()
    Image.new("RGB", (4, 4)).save(content, kind)
    assert signature(content.getvalue()[:LONGEST]) == f"a {kind} picture"


def test_safetensors_begin_with_the_length_of_their_header(tmp_path):
    write_safetensors(tmp_path / "x", {"a": torch.zeros(3)})
    assert signature((tmp_path / "x").read_bytes()[:LONGEST]) == "weights as safetensors"


def test_what_may_be_data_is_left_to_its_readers():
    content = io.BytesIO()
    np.savez(content, pose=np.zeros(3))
    for start in (content.getvalue(), b"\x80\x04", b"HIERARCHY", b'{"people": []}', b"\x1f\x8b"):
        assert signature(start[:LONGEST]) is None
    assert signature(b"") == "an empty file"


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:a\n", "a pointer of Git LFS"),
        (b"<!DOCTYPE html><html>404</html>", "a web page"),
        (b"\x28\xb5\x2f\xfd" + bytes(20), "packed by zstandard"),
        (b"\x04\x22\x4d\x18" + bytes(20), "packed by LZ4"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "a PNG picture"),
    ],
)
def test_what_takes_the_place_of_a_pickle_is_said(tmp_path, start, what):
    (tmp_path / "x.pkl").write_bytes(start)
    with pytest.raises(DataError, match=rf"x\.pkl is {what}.*, no pickle"):
        read_pickle(tmp_path / "x.pkl")


@pytest.mark.parametrize("protocol", range(6))
def test_pickles_of_every_protocol_are_told_from_text(protocol):
    for content in ({"pose": np.zeros((2, 3))}, [np.ones(2)], np.arange(3), {}):
        start = pickle.dumps(content, protocol)[:LONGEST]
        assert starts_pickle(start) or b"\0" in start[:8] or min(start[:8]) < 9
    for text in (b"HIERARCHY\nROOT", b"(c) 2024", b"id,view\n", b"[1, 2]", b'{"a": 1}', b"c d\n"):
        assert not starts_pickle(text)


@pytest.mark.parametrize("kept", [60, 300, 1000])
def test_what_a_cut_archive_was_is_told_by_its_first_member(kept, tmp_path):
    np.savez(tmp_path / "a.npz", pose=np.zeros(300))
    torch.save({"weight": torch.zeros(300)}, tmp_path / "b.pt")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("notes/data.txt", "x" * 1000)
    found = [broken_archive(path.read_bytes()[:kept]) for path in sorted(tmp_path.iterdir())]
    assert found == [
        "an .npz that is cut short or damaged",
        "a checkpoint of PyTorch that is cut short or damaged",
        "a damaged archive",
    ]


def test_what_is_no_archive_is_named_where_it_is_known():
    assert broken_archive(b"%PDF-1.7") == "a PDF"
    assert broken_archive(b"HIERARCHY") == "no archive"


def test_the_reader_of_arrays_says_that_a_checkpoint_is_cut(tmp_path):
    torch.save({"weight": torch.zeros(300)}, tmp_path / "x.pt")
    (tmp_path / "x.pt").write_bytes((tmp_path / "x.pt").read_bytes()[:900])
    with pytest.raises(DataError, match=r"x.pt cannot be read as .npz: it is a checkpoint of PyT"):
        read_npz(tmp_path / "x.pt")
