"""Meshes as files that other programs open: a folder with one glTF, OBJ or PLY for each frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from meshgait.errors import ConfigError
from meshgait.files.storage import written_whole
from meshgait.io.frame_files import frame_files
from meshgait.mesh import Mesh

MeshSuffix = Literal[".glb", ".obj", ".ply", ".stl"]
MESH_SUFFIXES: tuple[MeshSuffix, ...] = (".glb", ".obj", ".ply", ".stl")


def write_mesh_sequence(
    folder: str | Path,
    mesh: Mesh,
    suffix: MeshSuffix = ".glb",
    *,
    frames: Sequence[int] | np.ndarray | None = None,
) -> list[Path]:
    """Write every frame of `mesh` (T, V, 3), named by its id; the files in their order.

    Errors as those of `frame_files`.
    """
    if suffix not in MESH_SUFFIXES:
        raise ConfigError(f"meshes are written as {', '.join(MESH_SUFFIXES)}, not {suffix!r}")
    count = len(mesh.vertices)
    paths = frame_files(
        Path(folder), range(count) if frames is None else frames, f"{{:06d}}{suffix}", count
    )
    for i, path in enumerate(paths):
        content = mesh[i].to_trimesh().export(file_type=suffix[1:])
        with written_whole(path) as part:
            part.write_bytes(content.encode() if isinstance(content, str) else content)
    return paths
