"""Point clouds of a scanner: the .pcd files of PCL, and as many points in every frame."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from meshgait.data.layouts.frame_readers import FrameReader
from meshgait.errors import DataError
from meshgait.files.regular import read_bytes
from meshgait.numerics import stream

_MOST_BYTES = 1 << 26
_KINDS = {"F": "f", "I": "i", "U": "u"}
_AXES = ("x", "y", "z")


def resample_cloud(
    cloud: Float[np.ndarray, "N C"], count: int, *, frame: int = 0
) -> Float[np.ndarray, "{count} 3"]:
    """`count` of the points with finite x, y and z, in metres; the same ones every time.

    Of more, some without replacement; of fewer, all, and some of them again, in random order.
    `frame` varies the choice. `DataError` for a cloud without a point.
    """
    places = cloud[:, :3][np.isfinite(cloud[:, :3]).all(1)].astype(np.float32)
    if not len(places):
        raise DataError("has no point")
    generator = stream("points of a cloud", frame)
    rounds = -(-count // len(places))
    order = np.concatenate([generator.permutation(len(places)) for _ in range(rounds)])
    return places[order[:count]]


@dataclass(frozen=True)
class PcdFile(FrameReader):
    """A cloud as PCL writes it, in text or binary, compressed or not."""

    count: int = 1024
    modality = "points"
    suffixes = (".pcd",)

    def __call__(self, path: Path) -> tuple[Float[np.ndarray, "count 3"], str | None]:
        """As many points as wanted, in the axes of the file."""
        return resample_cloud(read_pcd(path), self.count), None


def read_pcd(path: Path) -> Float[np.ndarray, "N 3"]:
    """X, y and z of every point of a .pcd file; `DataError`, without the path, for another file."""
    content = read_bytes(path, most=_MOST_BYTES)
    found = re.search(rb"^DATA[ \t]+(\w+)[ \t]*\r?\n", content, re.MULTILINE)
    if found is None:
        raise DataError("is no .pcd: it has no line that begins with DATA")
    form = found[1].decode("latin-1")
    if form not in _READ:
        raise DataError(f"is a {form} .pcd; {', '.join(_READ)} ones can be read")
    try:
        header = _header(content[: found.start()].decode("ascii"))
        return _READ[form](content[found.end() :], header)
    except DataError:
        raise
    except KeyError as error:
        raise DataError(f"is no .pcd that can be read: it has no {error.args[0]}") from error
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise DataError("is no .pcd that can be read: its header or numbers are damaged") from error


def _header(text: str) -> dict[str, Any]:
    """Names, numpy's types and repetitions of the fields, and how many points there are."""
    lines = (line.split() for line in text.splitlines() if not line.startswith("#"))
    words = {line[0]: line[1:] for line in lines if line}
    count = [int(n) for n in words.get("COUNT", ["1"] * len(words["FIELDS"]))]
    kinds = [
        np.dtype(f"<{_KINDS[kind]}{int(size)}")
        for kind, size in zip(words["TYPE"], words["SIZE"], strict=True)
    ]
    points = int(words["POINTS"][0]) if "POINTS" in words else int(words["WIDTH"][0])
    if points < 0 or any(not 0 < n < 1 << 16 for n in count):
        raise ValueError(points)
    return {"fields": words["FIELDS"], "kinds": kinds, "count": count, "points": points}


def _text(content: bytes, header: dict[str, Any]) -> Float[np.ndarray, "N 3"]:
    starts = dict(zip(header["fields"], np.cumsum([0, *header["count"]]).tolist(), strict=False))
    rows = [line.split() for line in content.decode("ascii").splitlines() if line.strip()]
    if len(rows) != header["points"]:
        raise DataError(f"announces {header['points']} points and has {len(rows)}")
    width = sum(header["count"])
    if any(len(row) != width for row in rows):
        raise DataError(f"has points of other than {width} numbers")
    places = [[float(row[starts[axis]]) for axis in _AXES] for row in rows]
    return np.array(places, np.float64).reshape(-1, 3)


def _binary(content: bytes, header: dict[str, Any]) -> Float[np.ndarray, "N 3"]:
    names = [f"{place} {name}" for place, name in enumerate(header["fields"])]
    fields = zip(names, header["kinds"], header["count"], strict=True)
    kind = np.dtype([(name, form, (n,)) for name, form, n in fields])
    if len(content) < header["points"] * kind.itemsize:
        raise DataError(f"announces {header['points']} points and ends before the last")
    table = np.frombuffer(content, kind, header["points"])
    place = {name: names[header["fields"].index(name)] for name in header["fields"]}
    return np.stack([table[place[axis]][:, 0].astype(np.float64) for axis in _AXES], axis=-1)


def _compressed(content: bytes, header: dict[str, Any]) -> Float[np.ndarray, "N 3"]:
    """The fields one after another, each of all points, by LZF."""
    packed, size = np.frombuffer(content, "<u4", 2).tolist()
    widths = [kind.itemsize * n for kind, n in zip(header["kinds"], header["count"], strict=True)]
    if size != header["points"] * sum(widths) or size > _MOST_BYTES or len(content) < 8 + packed:
        raise DataError(f"announces {header['points']} points and holds other than so many")
    plain = _expand(content[8 : 8 + packed], size)
    starts = np.cumsum([0, *widths]).tolist()
    found = []
    for axis in _AXES:
        field = header["fields"].index(axis)
        start, kind = header["points"] * starts[field], header["kinds"][field]
        numbers = np.frombuffer(plain, kind, header["points"] * header["count"][field], start)
        found.append(numbers[:: header["count"][field]].astype(np.float64))
    return np.stack(found, axis=-1)


def _expand(packed: bytes, size: int) -> bytes:
    """What LZF made smaller: runs of bytes, and places before from which to repeat some."""
    plain, place = bytearray(), 0
    while place < len(packed) and len(plain) <= size:
        word, place = packed[place], place + 1
        if word < 32:  # so many bytes more
            plain += packed[place : place + word + 1]
            place += word + 1
            continue
        count = word >> 5
        if count == 7:
            count, place = count + packed[place], place + 1
        start = len(plain) - ((word & 31) << 8 | packed[place]) - 1
        place += 1
        if start < 0:
            raise ValueError(start)
        for repeated in range(start, start + count + 2):  # it may reach into what it makes
            plain.append(plain[repeated])
    if len(plain) != size:
        raise DataError("is compressed, and becomes more or less than it announces")
    return bytes(plain)


_READ = {"ascii": _text, "binary": _binary, "binary_compressed": _compressed}
