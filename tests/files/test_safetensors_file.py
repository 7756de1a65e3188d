"""Files of safetensors: the package of that name is the definition."""

import json

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from meshgait.errors import ConfigError, DataError
from meshgait.files.safetensors_file import (
    TYPES,
    is_safetensors,
    read_safetensors,
    write_safetensors,
)

TENSORS = {
    "a.weight": torch.randn(3, 4),
    "a.bias": torch.randn(5).half(),
    "count": torch.tensor(7),
    "mask": torch.tensor([[True, False, True]]),
    "none": torch.zeros(0, 3),
    "brief": torch.randn(2, 1).bfloat16(),
    "transposed": torch.arange(6.0).reshape(2, 3).T,
}


def same(one, two):
    assert one.keys() == two.keys()
    for name, value in two.items():
        assert one[name].dtype == value.dtype
        assert torch.equal(one[name], value), name


def test_what_we_write_their_package_reads(tmp_path):
    path = tmp_path / "x.safetensors"
    write_safetensors(path, TENSORS, {"format": "pt"})
    same(safetensors.torch.load_file(path), TENSORS)
    with safetensors.safe_open(path, "pt") as file:
        assert file.metadata() == {"format": "pt"}
    assert is_safetensors(path)


def test_what_their_package_writes_we_read(tmp_path):
    path = tmp_path / "x.safetensors"
    theirs = {name: value.contiguous() for name, value in TENSORS.items()}
    safetensors.torch.save_file(theirs, path, {"format": "pt"})
    found, about = read_safetensors(path)
    same(found, TENSORS)
    assert about == {"format": "pt"}
    found["a.weight"].add_(1)  # its memory is its own
    same(read_safetensors(path)[0], TENSORS)


def test_every_type_of_number_goes_there_and_back(tmp_path):
    path = tmp_path / "x.safetensors"
    for dtype in TYPES.values():
        write_safetensors(path, {"x": torch.tensor([0, 1]).to(dtype)})
        same(read_safetensors(path)[0], {"x": torch.tensor([0, 1]).to(dtype)})
        same(safetensors.torch.load_file(path), read_safetensors(path)[0])


def packed(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(shape=(2,), offsets=(0, 8), dtype="F32", **more):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(offsets), **more}


WRONG = {
    "empty": b"",
    "short": b"\x01",
    "a header longer than the file": (1 << 40).to_bytes(8, "little") + b"{}",
    "a header of a gigabyte": (1 << 30).to_bytes(8, "little") + b"{" + b" " * 100,
    "no JSON": packed(b"{oops"),
    "a list": packed(b"[1]"),
    "no text": packed(b"{\xff\xfe}"),
    "nested for ever": packed(b'{"a":' * 5000),
    "a name twice": packed(b'{"a": 1, "a": 2}'),
    "a number of a million digits": packed(b'{"a":' + b"9" * 10**6 + b"}"),
    "no offsets": packed({"a": {"dtype": "F32", "shape": [2]}}, b"\0" * 8),
    "an entry that is a number": packed({"a": 3}, b"\0" * 8),
    "beyond the end": packed({"a": entry((4,), (0, 16))}, b"\0" * 8),
    "backwards": packed({"a": entry((0,), (8, 0))}, b"\0" * 8),
    "below zero": packed({"a": entry(offsets=(-8, 0))}, b"\0" * 8),
    "offsets of text": packed({"a": entry(offsets=("0", "8"))}, b"\0" * 8),
    "another shape": packed({"a": entry((3,))}, b"\0" * 8),
    "a shape below zero": packed({"a": entry((-1, -2))}, b"\0" * 8),
    "a huge shape of nothing": packed({"a": entry((0, 1 << 62), (0, 0))}),
    "a shape of text": packed({"a": entry("ab")}, b"\0" * 8),
    "an unknown type": packed({"a": entry(dtype="F4")}, b"\0" * 8),
    "a type that is a list": packed({"a": entry(dtype=["F32"])}, b"\0" * 8),
    "overlapping": packed({"a": entry(), "b": entry()}, b"\0" * 8),
    "a hole": packed({"a": entry(offsets=(8, 16))}, b"\0" * 16),
    "bytes of nobody": packed({"a": entry()}, b"\0" * 9),
    "truths of three": packed({"a": entry((2,), (0, 2), "BOOL")}, b"\0\3"),
    "about more than text": packed({"__metadata__": {"a": [1]}}),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_is_none_is_refused_in_one_sentence(tmp_path, name):
    path = tmp_path / "x.safetensors"
    path.write_bytes(WRONG[name])
    with pytest.raises(DataError, match=r"x\.safetensors") as caught:
        read_safetensors(path)
    assert "\n" not in str(caught.value)


@given(st.data())
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.safetensors"
    write_safetensors(path, {"a": torch.zeros(2, 3), "b": torch.ones(4)})
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(content[: data.draw(st.integers(place, len(content)))]))
    try:
        found, _ = read_safetensors(path)
    except DataError:
        return
    assert sum(value.numel() * value.element_size() for value in found.values()) <= len(content)


def test_what_the_format_does_not_have_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="complex128"):
        write_safetensors(tmp_path / "x", {"a": torch.zeros(2, dtype=torch.complex128)})
    with pytest.raises(FileNotFoundError):
        read_safetensors(tmp_path / "y")
