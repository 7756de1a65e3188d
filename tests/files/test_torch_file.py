import argparse
import datetime
import enum
import io
import pathlib
import pickle
import zipfile
from collections import Counter, OrderedDict, deque

import numpy as np
import pytest
import torch

from meshgait.errors import DataError, UnsafeFileError
from meshgait.files.stand_ins import Placeholder
from meshgait.files.torch_file import is_torch, read_torch, to_plain_tensor

CONTENT = {
    "view": torch.arange(12.0).reshape(3, 4).T,
    "part": torch.arange(10)[3:7],
    "nothing": torch.zeros(0, 3),
    "one": torch.tensor(2.5, dtype=torch.float64),
    "parameter": torch.nn.Parameter(torch.ones(2)),
    "brain": torch.ones(2, dtype=torch.bfloat16),
    "complex": torch.ones(2, dtype=torch.complex64),
    "flags": torch.tensor([True, False]),
    "small": torch.ones(3, dtype=torch.float8_e4m3fn),
    "large": torch.ones(3, dtype=torch.uint16),
    "scale": torch.ones(3, dtype=torch.float8_e8m0fnu),
    "half a complex": torch.view_as_complex(torch.ones(3, 2, dtype=torch.float16)),
}


@pytest.mark.parametrize("new", [True, False])
def test_every_tensor_comes_back_as_it_was(tmp_path, new):
    torch.save(CONTENT, tmp_path / "x.pt", _use_new_zipfile_serialization=new)
    found = read_torch(tmp_path / "x.pt", old=True)
    assert found.keys() == CONTENT.keys()
    for name, value in CONTENT.items():
        assert (found[name].dtype, found[name].shape) == (value.dtype, value.shape)
        assert _bytes(found[name]).equal(_bytes(value))


def _bytes(tensor):
    return tensor.detach().contiguous().reshape(-1).view(torch.uint8)


def test_tensors_that_shared_their_numbers_share_them_again(tmp_path):
    numbers = torch.zeros(4)
    torch.save([numbers, numbers[:2]], tmp_path / "x.pt")
    whole, part = read_torch(tmp_path / "x.pt")
    whole[0] = 7
    assert part[0] == 7


class Colour(enum.Enum):
    RED = 1


class Ordered(OrderedDict):
    """Of a class that a stranger wrote."""


class Runs:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


def test_what_is_no_tensor_is_a_placeholder_and_nothing_is_run(tmp_path):
    schedule = torch.optim.lr_scheduler.OneCycleLR
    content = {
        "weights": Ordered(a=torch.ones(2)),
        "scheduler": {"anneal_func": schedule._annealing_cos},
        "opt": argparse.Namespace(lr=0.1),
        "best_acc": np.float64(91.5),
        "when": datetime.datetime(2026, 1, 2),
        "where": pathlib.PurePosixPath("/a/b"),
        "colour": Colour.RED,
        "queue": deque([1, 2]),
        "counts": Counter("aab"),
        "kind": dict,
        "odd": np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        "date": np.array(["2026-01-02"], "M8[D]"),
        "evil": Runs(str(tmp_path / "ran")),
    }
    torch.save(content, tmp_path / "x.pt")
    with pytest.raises(UnsafeFileError, match=r"x\.pt names .*nothing in it was run"):
        read_torch(tmp_path / "x.pt")
    found = read_torch(tmp_path / "x.pt", inert=True)
    assert found["weights"]["a"].tolist() == [1, 1]
    assert found["best_acc"] == 91.5
    assert found["counts"] == Counter("aab")
    assert repr(found["opt"]) == "<argparse.Namespace, not loaded>"
    assert found["opt"].state == {"lr": 0.1}
    for name in ("when", "where", "colour", "queue", "kind", "odd", "date", "evil"):
        assert isinstance(found[name], Placeholder), name
    assert isinstance(found["scheduler"]["anneal_func"], Placeholder)
    assert not (tmp_path / "ran").exists()


def _with_main(path, program):
    """The file with another pickle in it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, program(content) if name.endswith("data.pkl") else content)


@pytest.mark.parametrize("change", [(b"K\x04", b"K\x7f"), (b"FloatStorage", b"HalfStorage")])
def test_a_storage_of_another_size_than_the_file_has_is_damaged(tmp_path, change):
    torch.save({"a": torch.zeros(4)}, tmp_path / "x.pt")
    _with_main(tmp_path / "x.pt", lambda program: program.replace(*change))
    with pytest.raises(DataError, match=r"x\.pt"):
        read_torch(tmp_path / "x.pt")


def test_a_tensor_that_is_expanded_hugely_or_has_no_numbers_is_refused(tmp_path):
    torch.save({"a": torch.zeros(1).expand(10**6, 10**6)}, tmp_path / "x.pt")
    with pytest.raises(DataError, match=r"x\.pt: a tensor of shape .* repeats 1 numbers"):
        read_torch(tmp_path / "x.pt")
    for value, reason in (
        (torch.zeros(1).expand(10**6, 10**6), "repeats 1 numbers"),
        (torch.zeros(3).to_sparse(), "sparse_coo, not dense"),
        (torch.zeros(3, device="meta"), "no numbers"),
    ):
        with pytest.raises(DataError, match=reason):
            to_plain_tensor(value)


def test_a_program_of_torchscript_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.pt", "w") as archive:
        archive.writestr("x/data.pkl", pickle.dumps({}))
        archive.writestr("x/constants.pkl", pickle.dumps(()))
    with pytest.raises(UnsafeFileError, match="TorchScript"):
        read_torch(tmp_path / "x.pt")


def test_a_file_of_torch_is_told_by_its_content(tmp_path):
    for new in (True, False):
        torch.save({"a": 1}, tmp_path / "x", _use_new_zipfile_serialization=new)
        assert is_torch(tmp_path / "x")
    np.savez(tmp_path / "y.npz", a=1)
    assert not is_torch(tmp_path / "y.npz")
    (tmp_path / "z").write_bytes(pickle.dumps(1))
    assert not is_torch(tmp_path / "z")


@pytest.mark.parametrize("cut", range(20, 300, 40))
def test_an_old_file_that_is_cut_is_damaged(tmp_path, cut):
    buffer = io.BytesIO()
    torch.save({"a": torch.zeros(4)}, buffer, _use_new_zipfile_serialization=False)
    (tmp_path / "x.pt").write_bytes(buffer.getvalue()[:-cut])
    with pytest.raises(DataError, match=r"x\.pt"):
        read_torch(tmp_path / "x.pt", old=True)


@pytest.mark.parametrize("protocol", [1, 2, 3, 4, 5])
def test_old_files_are_told_by_their_content_in_every_protocol(tmp_path, protocol):
    torch.save({"weight": torch.arange(3.0)}, tmp_path / "x.pt", pickle_protocol=protocol,
               _use_new_zipfile_serialization=False)  # fmt: skip
    assert is_torch(tmp_path / "x.pt")
    assert torch.equal(read_torch(tmp_path / "x.pt", old=True)["weight"], torch.arange(3.0))


def _itself(container, put):
    put(container)
    return container


@pytest.mark.parametrize(
    "beside",
    [
        {torch.ones(1): "the state of an optimiser"},
        {(1, torch.ones(1))},
        _itself([], lambda found: found.append(found)),
        _itself({}, lambda found: found.update(again=found)),
    ],
)
def test_inert_reading_needs_nothing_but_the_tensors(tmp_path, beside):
    torch.save({"weight": torch.arange(3.0), "beside": beside}, tmp_path / "x.pt")
    found = read_torch(tmp_path / "x.pt", inert=True)
    assert torch.equal(found["weight"], torch.arange(3.0))


@pytest.mark.filterwarnings("ignore:.*quantize")
def test_quantised_numbers_are_left_out(tmp_path):
    quantised = torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8)
    torch.save({"weight": torch.arange(3.0), "beside": quantised}, tmp_path / "x.pt")
    found = read_torch(tmp_path / "x.pt", inert=True)
    assert torch.equal(found["weight"], torch.arange(3.0))
    assert isinstance(found["beside"], Placeholder)
