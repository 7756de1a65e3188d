"""Peak memory and seconds of reading files that were made to hurt: python benchmarks/hostile.py.

Each is read in a process of its own, which may take 1 GB and 10 s, and must end in a sentence of
ours; the figures are those of the reading alone, from the high-water mark of the kernel.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import multiprocessing
import os
import pickle
import resource
import socket
import struct
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from meshgait.body.files import read_body
from meshgait.data.layouts.frame_readers import PoseJson, RompFile, SilhouetteFile
from meshgait.data.layouts.partition import read_partition
from meshgait.data.protocols.files import read_protocols
from meshgait.errors import MeshgaitError
from meshgait.files import read_npz, read_pickle
from meshgait.files.safetensors_file import read_safetensors
from meshgait.io import read
from meshgait.sequence import load_clip
from meshgait.sequence.motion import load_motion
from meshgait.weights import load_official
from meshgait.weights.checkpoint import load_model

MOST_BYTES, MOST_SECONDS = 10**9, 10.0
DEEP = b"".join(b"\x86q" + bytes([i]) + b"h" + bytes([i]) for i in range(60))
"""Pairs of one pair, 60 deep: 120 bytes that stand for 2**60 parts."""
SHARED = b"K\x01K\x01" + DEEP[:-2]


def sparse_matrix() -> bytes:
    from scipy.sparse import csc_matrix

    matrix = csc_matrix(([1.0], ([0], [0])), shape=(23_000, 23_000))
    matrix.indptr = np.zeros(23_001, np.int32)
    return gzip.compress(pickle.dumps({"J_regressor": matrix}))


def expanded_tensor() -> bytes:
    file = io.BytesIO()
    torch.save({"model": {"a": torch.zeros(1).expand(10**6, 10**6)}}, file)
    return file.getvalue()


def saved(content: object, *, old: bool = False) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, _use_new_zipfile_serialization=not old)
    return file.getvalue()


def with_main(program: bytes) -> bytes:
    """A checkpoint with another pickle in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved({}))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, program if name.endswith("data.pkl") else old.read(name))
    return file.getvalue()


def npy(shape: tuple[int, ...], dtype: str, raw: bytes) -> bytes:
    file = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue() + raw


def archive(members: list[tuple[str, bytes]], *, packed: bool = False) -> bytes:
    file = io.BytesIO()
    way = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", way, compresslevel=1) as new:
        for name, content in members:
            new.writestr(name, content)
    return file.getvalue()


def bomb(count: int) -> bytes:
    """A pickle of one huge array, packed."""
    return zlib.compress(pickle.dumps(np.zeros(count, np.uint8), protocol=4), 1)


def repeated_array() -> bytes:
    """A thousand arrays that share their bytes."""
    rebuild = b"cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85C\x01btR"
    dtype = b"cnumpy\ndtype\n(X\x02\x00\x00\x00u1tR"
    raw = b"B" + struct.pack("<I", 1 << 20) + bytes(1 << 20) + b"q\x01" + b"0"
    state = b"(K\x01J\x00\x00\x10\x00\x85" + dtype + b"\x89h\x01tb"
    return b"\x80\x03" + raw + b"](" + (rebuild + state) * 2000 + b"e."


def nested_json() -> bytes:
    return b"[" * 1_000_000 + b"]" * 1_000_000


def collisions() -> bytes:
    keys = b"".join(
        b"\x8a" + bytes([11]) + (k * (2**61 - 1)).to_bytes(11, "little") + b"N"
        for k in range(1, 100_000)
    )
    return b"\x80\x02}(" + keys + b"u."


def packed(header: bytes) -> bytes:
    """The beginning of a file of safetensors."""
    return struct.pack("<Q", len(header)) + header


Trial = tuple[Callable[[], bytes], Callable]
TRIALS: dict[str, Trial] = {
    "memo index 2**28": (lambda: b"\x80\x02Nr\x00\x00\x00\x10.", read_pickle),
    "memo index 400000000, as text": (lambda: b"Np400000000\n.", read_pickle),
    "shared pairs as a key": (lambda: b"\x80\x02}" + SHARED + b"Ns.", read_pickle),
    "shared pairs in a set": (lambda: b"\x80\x04\x8f(" + SHARED + b"\x90.", read_pickle),
    "shared pairs in a frozen set": (lambda: b"\x80\x04(" + SHARED + b"\x91.", read_pickle),
    "shared pairs as a value": (lambda: b"\x80\x02" + SHARED + b".", read),
    "shared pairs as a dtype": (
        lambda: b"\x80\x02cnumpy\ndtype\n" + SHARED + b"\x85R.", read_pickle),
    "shared lists of an array": (
        lambda: b"\x80\x02]" + b"".join(b"q%c](h%ch%ce" % (i, i, i) for i in range(60)) + b".",
        read_pickle),
    "shared pairs in a checkpoint": (lambda: with_main(b"\x80\x02}" + SHARED + b"Ns."), load_model),
    "shared pairs in published weights": (
        lambda: with_main(b"\x80\x02}" + SHARED + b"Ns."), load_official),
    "100,000 keys of one hash": (collisions, read_pickle),
    "3,000,000 lists": (lambda: b"\x80\x02(" + b"]" * 3_000_000 + b"l.", read_pickle),
    "lists 1,000,000 deep": (lambda: b"]" * 1_000_000 + b"a" * 999_999 + b".", read_pickle),
    "bytes of 2**62": (lambda: b"\x80\x04\x8e" + struct.pack("<Q", 1 << 62) + b".", read_pickle),
    "bytearray of 2**40": (
        lambda: b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b".", read_pickle),
    "a number of a million digits": (lambda: b"I" + b"9" * 1_000_000 + b"\n.", read_pickle),
    "2,000 arrays that share a megabyte": (repeated_array, read_pickle),
    "an array of 10**9 bytes from a number": (
        lambda: b"\x80\x03cnumpy._core.multiarray\n_reconstruct\n"
        b"(cnumpy\nndarray\nK\x00\x85C\x01btR(K\x01J\x00\xca\x9a;\x85cnumpy\ndtype\n(X\x02\x00\x00\x00u1tR\x89J\x00\xca\x9a;tb.",
        read_pickle),
    "a sparse matrix of 4 GB": (sparse_matrix, read_body),
    "gzip of 1 GB": (lambda: gzip.compress(bytes(10_000_000)) * 100, read_pickle),
    "zlib of 300 MB": (lambda: bomb(300_000_000), read_pickle),
    "bzip2 of 1 GB": (lambda: bz2.compress(bytes(10_000_000)) * 100, read_pickle),
    "xz of 1 GB": (lambda: lzma.compress(bytes(10_000_000), preset=0) * 100, read_pickle),
    "xz with a dictionary of 4 GB": (
        lambda: b"\x5d\x00\x00\x00\xff" + b"\xff" * 8 + bytes(40), read_pickle),
    "50,000 empty gzips": (lambda: gzip.compress(b"") * 50_000, read_pickle),
    "npz of 300 MB": (
        lambda: archive([("smpl.npy", npy((3 * 10**8,), "|u1", bytes(3 * 10**8)))], packed=True),
        load_clip),
    "npz of 10**12, 200 bytes": (lambda: archive([("pose.npy", npy((10**12,), "<f8", b""))]),
                                 load_motion),
    "npz with a shape of 10**15 x 0": (
        lambda: archive([("pose.npy", npy((10**15, 0), "<f8", b""))]), load_motion),
    "npz with two of one name": (
        lambda: archive([("pose.npy", npy((1,), "<f8", bytes(8)))] * 2), read_npz),
    "npz with a bomb of objects": (
        lambda: archive([("results.npy", npy((), "|O", b"\x80\x02}" + SHARED + b"Ns."))]),
        RompFile()),
    "npy of 10**12": (lambda: npy((10**12,), "<f8", b""), read),
    "JSON of a million digits": (lambda: b'{"people": ' + b"7" * 1_000_000 + b"}", PoseJson()),
    "JSON of a million digits in a partition": (
        lambda: b'{"TRAIN_SET": ' + b"7" * 1_000_000 + b"}", read_partition),
    "JSON a million deep": (nested_json, read),
    "JSON a million deep, a protocol": (nested_json, read_protocols),
    "JSON of 12,000,000 lists": (lambda: b"[" + b"[]," * 12_000_000 + b"[]]", read),
    "an expanded tensor of 10**12": (expanded_tensor, load_official),
    "a sparse tensor": (lambda: saved({"a": torch.zeros(3).to_sparse()}), load_official),
    "an old checkpoint with 2**40 numbers": (
        lambda: saved({"a": torch.zeros(3)}, old=True)[:-20] + struct.pack("<q", 1 << 40),
        load_official),
    "safetensors with a header of 2**60": (
        lambda: struct.pack("<Q", 1 << 60) + b"{}", read_safetensors),
    "safetensors with a header of 15,000,000 lists": (
        lambda: packed(b'{"a":[' + b"[]," * 5_000_000 + b"[]]}"), read_safetensors),
    "safetensors with a shape of 2**62 x 0": (
        lambda: packed(b'{"a":{"dtype":"F32","shape":[%d,0],"data_offsets":[0,0]}}' % (1 << 62)),
        read_safetensors),
    "safetensors with 100,000 tensors on the same bytes": (
        lambda: packed(b"{" + b",".join(
            b'"%d":{"dtype":"U8","shape":[1000000],"data_offsets":[0,1000000]}' % i
            for i in range(100_000)) + b"}") + bytes(1_000_000), read_safetensors),
    "PNG of 30,000 x 30,000": (lambda: _png(30_000), SilhouetteFile()),
}  # fmt: skip
PLACES = ("a pipe", "a socket", "/dev/zero", "a folder", "a file of holes", "a looping link")
READERS = (read_pickle, read_npz, read, read_protocols, read_partition, load_official, load_clip,
           SilhouetteFile(), PoseJson(), RompFile(), read_body)  # fmt: skip


def _png(side: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    rows = zlib.compress(bytes((side + 1) * 100))
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows)
            + chunk(b"IEND", b""))  # fmt: skip


def make_place(folder: Path, kind: str) -> Path:
    """Something in a folder that is no ordinary file."""
    path = folder / "x"
    if kind == "a pipe":
        os.mkfifo(path)
    elif kind == "a socket":
        socket.socket(socket.AF_UNIX).bind(str(path))
    elif kind == "/dev/zero":
        path.symlink_to(kind)
    elif kind == "a folder":
        path.mkdir()
    elif kind == "a looping link":
        path.symlink_to(path)
    else:
        with path.open("wb") as file:
            file.truncate(1 << 40)
    return path


def attempt(path: Path, reader: Callable) -> tuple[str, int, float]:
    """What reading ends in, bytes more than before, seconds."""
    before, start = _high_water(), time.perf_counter()
    try:
        reader(path)
        end = "read"
    except (MeshgaitError, FileNotFoundError) as error:
        end = f"{type(error).__name__}: {error}"
    except Exception as error:  # noqa: BLE001
        end = f"RAW {type(error).__name__}: {error}"
    return end, _high_water() - before, time.perf_counter() - start


def _high_water() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _child(path: Path, reader: Callable, results: multiprocessing.SimpleQueue) -> None:
    results.put(attempt(path, reader))


def measure(path: Path, reader: Callable) -> tuple[str, int, float]:
    """As `attempt`, in a process of its own that is ended when it takes too long."""
    results = _FORK.SimpleQueue()
    child = _FORK.Process(target=_child, args=(path, reader, results))
    child.start()
    child.join(2 * MOST_SECONDS)
    if child.is_alive():
        child.kill()
        child.join()
        return "RAW endless", 0, 2 * MOST_SECONDS
    return ("RAW killed", 0, 0.0) if results.empty() else results.get()


_FORK = multiprocessing.get_context("fork")


def main() -> int:
    """One line a trial; status 1 if any breaks a limit."""
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        trials = [(key, make, reader) for key, (make, reader) in TRIALS.items()]
        for i, (key, make, reader) in enumerate(trials):
            path = Path(name) / f"trial{i}"
            path.write_bytes(make())
            failures += _report(f"{key} ({path.stat().st_size:,} bytes)", path, reader)
            path.unlink()
        for kind in PLACES:
            folder = Path(name) / kind.strip("/").replace("/", " ")
            folder.mkdir()
            path = make_place(folder, kind)
            for reader in READERS:
                label = getattr(reader, "__name__", type(reader).__name__)
                failures += _report(f"{kind}, {label}", path, reader)
    print(f"{failures} of the trials broke a limit")
    return int(failures > 0)


def _report(name: str, path: Path, reader: Callable) -> int:
    end, peak, seconds = measure(path, reader)
    is_bad = end.startswith("RAW") or peak > MOST_BYTES or seconds > MOST_SECONDS
    mark = "BAD " if is_bad else ""
    text = " ".join(end.replace(str(path), "FILE").split())[:150]
    print(f"{mark}{peak / 1e6:6.0f} MB {seconds:6.2f} s  {name}: {text}", flush=True)
    return int(is_bad)


if __name__ == "__main__":
    sys.exit(main())
