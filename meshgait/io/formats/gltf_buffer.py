"""Arrays in the binary part of a glTF file."""

from __future__ import annotations

from typing import Any

import numpy as np

ARRAY, ELEMENTS = 34962, 34963  # what a view is for: vertices, indices
_COMPONENTS = {"uint8": 5121, "uint32": 5125, "float32": 5126}
_COLUMNS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}


class Buffer:
    """Appends arrays to a file of pygltflib; each becomes an accessor."""

    def __init__(self, gltf: Any, file: Any) -> None:
        self.gltf, self.file, self.size = gltf, file, 0
        self.parts: list[bytes] = []

    def add(
        self, array: np.ndarray, kind: str, *, target: int | None = None, bounds: bool = False
    ) -> int:
        """The number of a new accessor of rows of `kind`; `bounds` adds the least and the most."""
        rows = np.ascontiguousarray(array)
        content = rows.tobytes()
        self.file.bufferViews.append(
            self.gltf.BufferView(
                buffer=0, byteOffset=self.size, byteLength=len(content), target=target
            )
        )
        table = rows.reshape(-1, _COLUMNS[kind])
        self.file.accessors.append(
            self.gltf.Accessor(
                bufferView=len(self.file.bufferViews) - 1, byteOffset=0,
                componentType=_COMPONENTS[rows.dtype.name], count=len(table), type=kind,
                min=table.min(0).tolist() if bounds else None,
                max=table.max(0).tolist() if bounds else None,
            )
        )  # fmt: skip
        self.parts.append(content + b"\0" * (-len(content) % 4))
        self.size += len(self.parts[-1])
        return len(self.file.accessors) - 1

    def close(self) -> None:
        """Hand the bytes over to the file."""
        self.file.buffers.append(self.gltf.Buffer(byteLength=self.size))
        self.file.set_binary_blob(b"".join(self.parts))
