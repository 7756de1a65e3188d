"""A network in TensorFlow Lite's format, as a function of one image."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from meshgait._optional import require
from meshgait.errors import DataError


class LiteNetwork:
    """Outputs by their shape, which is all that tells those of these networks apart."""

    def __init__(self, path: Path) -> None:
        interpreter = require("ai_edge_litert.interpreter", extra="video").Interpreter
        try:
            with _no_greeting():
                self._network = interpreter(
                    model_path=str(path), num_threads=min(torch.get_num_threads(), 4)
                )
                self._network.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise DataError(f"{path} is no network of TensorFlow Lite: {error}") from error
        self._input = self._network.get_input_details()[0]
        self._outputs = self._network.get_output_details()

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of its image."""
        height, width = self._input["shape"][1:3]
        return int(height), int(width)

    def __call__(self, image: Float[np.ndarray, "H W 3"]) -> dict[tuple[int, ...], np.ndarray]:
        """What the network says of an image, without the axis of the batch."""
        self._network.set_tensor(self._input["index"], image[None])
        self._network.invoke()
        found = (self._network.get_tensor(each["index"])[0] for each in self._outputs)
        return {array.shape: array for array in found}


@contextmanager
def _no_greeting() -> Iterator[None]:
    """The library tells every user which of its delegates it made, and cannot be asked not to."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
