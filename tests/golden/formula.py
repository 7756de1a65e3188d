"""Weights that are a formula of their names, for networks too large to keep in a repository."""

import json
import re
import zlib
from pathlib import Path

import numpy as np
import torch


def load(name):
    """Arrays of one golden file, and its `meta`."""
    with np.load(Path(__file__).parent / f"{name}.npz") as file:
        arrays = {key: file[key] for key in file.files}
    return arrays, json.loads(str(arrays.pop("meta", "{}")))


def weights(meta):
    """The state dict of the original network."""
    return {
        name: torch.from_numpy(np.asarray(_draw(name, shape, meta["seed"])))
        for name, shape in meta["parameters"].items()
    }


def translate(state, patterns):
    """The entries of an original state dict that `patterns` know, under our names."""
    ours = {}
    for name, value in state.items():
        for pattern, start in patterns:
            translated, count = re.subn("^" + pattern, start, name)
            if count:
                ours[translated] = value
                break
    return ours


def part_major(values, parts):
    """Entries counted c * P + p, as p * C + c."""
    return values.reshape(-1, parts).T.reshape(-1) if values.ndim else values


def _draw(name, shape, seed):
    random = np.random.RandomState(zlib.crc32(f"{seed}:{name}".encode()) & 0xFFFFFFFF)
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    if name == "HPP.p":
        return np.full(shape, 6.5, np.float32)
    if name.endswith("running_mean") or (len(shape) == 1 and name.endswith("bias")):
        values = 0.1 * random.standard_normal(shape)
    elif "gammas" in name:
        values = np.full(shape, 0.75)
    elif len(shape) == 1 or re.search(r"\.edge$|edge_importance", name):
        # running_var, the weights of norms
        values = 0.5 + random.random_sample(shape)
    else:
        fan = shape[1] if len(shape) == 2 or "fc_bin" in name else np.prod(shape[1:])
        values = random.standard_normal(shape) * np.sqrt(2 / fan)
    return values.astype(np.float32)
