"""Meshes as files that other programs open: a folder with one glTF, OBJ or PLY for each frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from meshgait.errors import ConfigError
from meshgait.files.storage import written_whole
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
    """Write every frame of `mesh` (T, V, 3), named by its id; the files in their order."""
    if suffix not in MESH_SUFFIXES:
        raise ConfigError(f"meshes are written as {', '.join(MESH_SUFFIXES)}, not {suffix!r}")
    names = range(len(mesh.vertices)) if frames is None else frames
    paths = []
    for i, frame in enumerate(names):
        path = Path(folder) / f"{int(frame):06d}{suffix}"
        content = mesh[i].to_trimesh().export(file_type=suffix[1:])
        with written_whole(path) as part:
            part.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(path)
    return paths
