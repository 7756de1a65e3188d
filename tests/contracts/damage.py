"""What may be wrong with a file: its bytes, or one of the values in it."""

import json
import pickle
import random

import joblib
import numpy as np
import torch

from meshgait.files.torch_file import is_torch


def by_bytes(whole):
    """Damages of the file as a whole, by name."""
    flip = random.Random(len(whole))
    yield "empty", b""
    yield "one byte", whole[:1]
    for part in (0.1, 0.5, 0.9):
        yield f"truncated at {part}", whole[: int(part * len(whole))]
    yield "last byte missing", whole[:-1]
    yield "more behind", whole + b"\0more"
    yield "twice", whole + whole
    for number in range(6):
        damaged = bytearray(whole)
        for _ in range(1 + number):
            damaged[flip.randrange(len(whole))] ^= 1 << flip.randrange(8)
        yield f"bits flipped {number}", bytes(damaged)
    for start in (0, 1, 8, 60):
        yield f"zeros at {start}", whole[:start] + bytes(8) + whole[start + 8 :]
    yield from OTHERS.items()


def _other(write):
    import io

    file = io.BytesIO()
    write(file)
    return file.getvalue()


OTHERS = {
    "text": b"hello, this is text",
    "zeros": bytes(1000),
    "noise": random.Random(0).randbytes(3000),
    "a JSON number": b"3",
    "a JSON list": b"[1, [2, null]]",
    "a JSON object": b'{"a": {"b": 1e999}}',
    "deep JSON": b"[" * 50_000,
    "a JSON number of many digits": b"[" + b"7" * 100_000 + b"]",
    "a pickled list": pickle.dumps([1, None]),
    "a pickled array of objects": pickle.dumps(np.array([{}, None], object)),
    "an array": _other(lambda file: np.save(file, np.arange(3))),
    "archives without arrays": _other(np.savez),
    "other arrays": _other(lambda file: np.savez(file, x=np.arange(3))),
    "a single number": _other(lambda file: np.savez(file, pose=3, smpl=3, poses=3)),
    "a tensor": _other(lambda file: torch.save(torch.ones(3), file)),
    "PNG": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "UTF-16": "hello".encode("utf-16"),
}


def _like(array, dtype):
    if array.dtype.kind not in "biufc":
        return np.zeros(array.shape, dtype)
    with np.errstate(all="ignore"):
        return np.nan_to_num(np.real(array)).astype(dtype)


ARRAYS = {
    "text": lambda x: np.full(x.shape, "x"),
    "bytes": lambda x: np.full(x.shape, b"x"),
    "objects": lambda x: np.full(x.shape, None, object),
    "0/1": lambda x: np.ones(x.shape, np.uint8),
    "booleans": lambda x: np.ones(x.shape, bool),
    "int8": lambda x: _like(x, np.int8),
    "uint16": lambda x: _like(x, np.uint16),
    "uint64": lambda x: _like(x, np.uint64),
    "half": lambda x: _like(x, np.float16),
    "double": lambda x: _like(x, np.float64),
    "long double": lambda x: _like(x, np.longdouble),
    "complex": lambda x: _like(x, np.complex64),
    "dates": lambda x: np.zeros(x.shape, "M8[s]"),
    "big end": lambda x: _like(x, ">f4"),
    "other order of bytes": lambda x: x.astype(x.dtype.newbyteorder()),
    "no rows": lambda x: x[:0] if x.ndim else x.reshape(1)[:0],
    "one row": lambda x: x[:1] if x.ndim else x,
    "one number": lambda x: x.reshape(-1)[0] if x.size else np.float64(0),
    "one axis more": lambda x: x[None],
    "flat": lambda x: x.reshape(-1),
    "a huge axis of nothing": lambda x: np.zeros((1 << 22, 0), np.float32),
    "NaN": lambda x: np.full(x.shape, np.nan),
    "infinite": lambda x: np.full(x.shape, np.inf),
    "huge": lambda x: np.full(x.shape, 1e300),
    "negative": lambda x: np.full(x.shape, -(2**31)),
}
VALUES = {
    "none": lambda _: None,
    "text": lambda _: "x",
    "no text": lambda _: "",
    "a huge number": lambda _: 10**30,
    "infinite": lambda _: float("inf"),
    "NaN": lambda _: float("nan"),
    "negative": lambda _: -1,
    "a fraction": lambda _: 1.5,
    "true": lambda _: True,
    "a list": lambda x: [x],
    "no list": lambda _: [],
    "an object": lambda x: {"x": x},
    "way out": lambda _: "../../x",
    "a name": lambda _: "a\nb\0c",
}


def leaves(value, path=()):
    """The places of all that is no container."""
    yield path
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from leaves(entry, (*path, key))
    elif isinstance(value, (list, tuple)):
        for index, entry in enumerate(value[:2]):
            yield from leaves(entry, (*path, index))


def replaced(value, path, change):
    """A copy with another value in one place."""
    if not path:
        return change(value)
    key, *rest = path
    if isinstance(value, dict):
        return {**value, key: replaced(value[key], rest, change)}
    copy = list(value)
    copy[key] = replaced(copy[key], rest, change)
    return tuple(copy) if isinstance(value, tuple) else copy


def _change(value, change_array, change_value):
    if isinstance(value, torch.Tensor):
        try:
            return torch.from_numpy(np.ascontiguousarray(change_array(value.numpy())))
        except (TypeError, ValueError):  # torch has no such tensors
            return change_value(value)
    is_plain = isinstance(value, np.ndarray) and not value.dtype.hasobject
    return change_array(value) if is_plain else change_value(value)


def by_values(content):
    """Damages of one value each, all values in turn: name, place and the damaged content."""
    places = list(leaves(content))
    values = list(VALUES.items())
    for index, (name, change) in enumerate(ARRAYS.items()):
        other, change_value = values[index % len(values)]
        for place in places:
            if not place and isinstance(content, dict):
                continue
            yield (
                f"{name} or {other}",
                place,
                lambda p=place, a=change, v=change_value: replaced(
                    content, p, lambda x: _change(x, a, v)
                ),
            )
    for place in places:
        if place:
            yield "left out", place, lambda p=place: without(content, p)


def without(value, path):
    """A copy that lacks one place."""
    key, *rest = path
    if rest:
        return replaced(value, (key,), lambda inner: without(inner, rest))
    if isinstance(value, dict):
        return {name: entry for name, entry in value.items() if name != key}
    return [entry for index, entry in enumerate(value) if index != key]


def loaded(path):
    """The content of a sound file and how to write another; None where only bytes are damaged."""
    start = path.read_bytes()[:8]
    if start[:6] == b"\x93NUMPY":
        array = np.load(path, allow_pickle=True)
        return array, lambda file, value: np.save(file, value, allow_pickle=True)
    if start[:4] == b"PK\x03\x04" and is_torch(path):
        content = torch.load(path, weights_only=True)
        return content, lambda file, value: torch.save(value, file)
    if start[:4] == b"PK\x03\x04":
        with np.load(path, allow_pickle=True) as archive:
            found = {name: archive[name] for name in archive.files}
        return found, lambda file, value: np.savez(file, **value)
    if start[:1] in b"{[" and start:
        return json.loads(path.read_text()), lambda file, value: file.write(
            json.dumps(value, default=str).encode()
        )
    if start[:1] == b"\x80" and not is_torch(path) and b"chumpy" not in path.read_bytes():
        return joblib.load(path), lambda file, value: pickle.dump(value, file)
    return None
