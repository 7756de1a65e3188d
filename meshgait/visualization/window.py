"""A window in which a walk plays: mesh, skeleton, capsules and camera, by Open3D.

The window runs in a process of its own, `python -m meshgait.visualization.window FILE`, since
Open3D may take its process down where graphics are missing. Drivers that draw in software
(llvmpipe) were seen to stop at a frame for minutes; there, write the walk to a file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch

from meshgait import modalities as of
from meshgait._optional import require
from meshgait.body import JOINT_PARENTS
from meshgait.errors import DisplayError, MeshgaitError
from meshgait.modalities.scene import Scene

KEYS = """space: play or stop
left, right: one frame
M: mesh
S: skeleton
C: cylinders
F: camera
Q: close"""
_SKIN, _BONES, _CAPSULES, _FRAME = (
    (0.35, 0.50, 0.75),
    (0.80, 0.25, 0.2),
    (0.5, 0.7, 0.55),
    (0, 0, 0),
)
_PATIENCE_S = 60.0  # over the time asked for: a first frame in software takes many seconds
_FLOOR = (0.75, 0.75, 0.75)
_LAYERS = {"M": "mesh", "S": "skeleton", "C": "cylinders", "F": "camera"}


def open_window(scene: Scene, *, seconds: float | None = None) -> None:
    """Play the walk in a window until it is closed, or for so many seconds.

    Raises `DisplayError`, saying what is missing, where no window opens.
    """
    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        raise DisplayError("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "walk.npz"
        np.savez(file, **_pack(scene))
        command = [
            sys.executable,
            "-m",
            "meshgait.visualization.window",
            str(file),
            str(seconds or 0),
        ]
        try:
            result = subprocess.run(  # noqa: S603
                command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                check=False, timeout=seconds + _PATIENCE_S if seconds else None,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise DisplayError(
                "the window of Open3D does not answer any more, as happens with drivers that draw "
                "in software"
            ) from error
    if result.returncode:
        raise DisplayError(_reason(result.returncode, result.stderr))


def _reason(code: int, said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    last = lines[-1] if lines else "it gave no reason"
    how = f"was ended by signal {-code}" if code < 0 else "failed"
    return f"the window of Open3D {how}: {last}"


def _pack(scene: Scene) -> dict[str, Any]:
    """All that the window shows, as arrays."""
    capsules = of.cylinder_mesh(of.cylinders(scene.mesh, scene.body.weights))
    camera = scene.camera
    return {
        "vertices": scene.mesh.vertices.numpy(force=True),
        "faces": scene.mesh.faces.numpy(force=True),
        "joints": scene.mesh.require_joints().numpy(force=True),
        "capsules": capsules.vertices.numpy(force=True),
        "capsule_faces": capsules.faces.numpy(force=True),
        "rotation": camera.rotation.numpy(force=True),
        "translation": camera.translation.numpy(force=True),
        "focal": camera.focal.numpy(force=True),
        "size": np.array(camera.size),
        "fps": np.array(scene.fps),
    }


class _Window:
    """The window itself; `walk` holds the arrays of `_pack`."""

    def __init__(self, walk: dict[str, np.ndarray], seconds: float) -> None:
        self.o3d = require("open3d", extra="viz")
        self.gui = require("open3d.visualization.gui", extra="viz")
        self.rendering = require("open3d.visualization.rendering", extra="viz")
        self.walk, self.seconds = walk, seconds
        self.shown, self.playing, self.frame = {"mesh", "skeleton"}, True, 0
        self.drawn: set[str] = set()
        self.start = self.last = time.perf_counter()
        self.app = self.gui.Application.instance
        self.app.initialize()
        self.window = self.app.create_window("meshgait", 960, 720)
        if self.window is None:
            raise DisplayError("Open3D could not open its window")
        self.view = self.gui.SceneWidget()
        self.view.scene = self.rendering.Open3DScene(self.window.renderer)
        self.view.scene.set_background([1.0, 1.0, 1.0, 1.0])
        self.keys = self.gui.Label(KEYS)
        self.keys.text_color = self.gui.Color(0.1, 0.1, 0.1)
        self.keys.background_color = self.gui.Color(1.0, 1.0, 1.0)
        self._arrange()

    def run(self) -> None:
        """Return when the window is closed."""
        self.app.run()

    def _arrange(self) -> None:
        self.window.add_child(self.view)
        self.window.add_child(self.keys)
        self.window.set_on_layout(self._lay_out)
        self.window.set_on_tick_event(self._tick)
        self.window.set_on_key(self._press)
        self.view.scene.add_geometry("floor", self._floor(), self._paint("unlitLine", _FLOOR))
        points = self.walk["joints"].reshape(-1, 3)
        box = self.o3d.geometry.AxisAlignedBoundingBox(points.min(0) - 0.3, points.max(0) + 0.3)
        self.view.setup_camera(45.0, box, box.get_center())
        middle, reach = box.get_center(), float(np.linalg.norm(box.get_extent()))
        self.view.look_at(middle, middle + np.array([0.6, 0.25, 0.65]) * reach, [0.0, 1.0, 0.0])
        self._draw()

    def _lay_out(self, context: Any) -> None:
        area = self.window.content_rect
        self.view.frame = area
        size = self.keys.calc_preferred_size(context, self.gui.Widget.Constraints())
        self.keys.frame = self.gui.Rect(area.x + 12, area.y + 12, size.width + 12, size.height)

    def _tick(self) -> bool:
        """Called many times a second; True asks for a new picture."""
        now = time.perf_counter()
        if self.seconds and now - self.start > self.seconds:
            _leave(0)
        if not self.playing or now - self.last < 1 / float(self.walk["fps"]):
            return False
        self.last = now
        self._step(1)
        return True

    def _step(self, frames: int) -> None:
        self.frame = (self.frame + frames) % len(self.walk["vertices"])
        self._draw()

    def _press(self, event: Any) -> bool:
        """True where the key is one of ours."""
        if event.type != self.gui.KeyEvent.Type.DOWN:
            return False
        names = self.gui.KeyName
        for letter, layer in _LAYERS.items():
            if event.key == getattr(names, letter):
                self.shown ^= {layer}
        if event.key == names.SPACE:
            self.playing = not self.playing
        elif event.key in (names.LEFT, names.RIGHT):
            self.playing = False
            self._step(1 if event.key == names.RIGHT else -1)
        elif event.key == names.Q:
            _leave(0)
        self._draw()
        return event.key in {
            names.SPACE, names.LEFT, names.RIGHT, names.Q, *(getattr(names, x) for x in _LAYERS)
        }  # fmt: skip

    def _draw(self) -> None:
        """Show this frame; what was shown once is kept, so that a second round uploads nothing."""
        scene, wanted = self.view.scene, {f"{layer} {self.frame}" for layer in self.shown}
        for layer in self.shown:
            if not scene.has_geometry(f"{layer} {self.frame}"):
                geometry, paint = getattr(self, f"_{layer}")()
                scene.add_geometry(f"{layer} {self.frame}", geometry, paint)
        for name in wanted ^ self.drawn:
            scene.show_geometry(name, name in wanted)
        self.drawn = wanted
        self.window.post_redraw()

    def _paint(self, shader: str, color: tuple[float, float, float], alpha: float = 1.0) -> Any:
        material = self.rendering.MaterialRecord()
        material.shader, material.base_color = shader, [*color, alpha]
        material.line_width, material.base_roughness = 3.0, 0.8
        return material

    def _surface(self, vertices: np.ndarray, faces: np.ndarray) -> Any:
        utility = self.o3d.utility
        mesh = self.o3d.geometry.TriangleMesh(
            utility.Vector3dVector(vertices.astype(np.float64)),
            utility.Vector3iVector(faces.astype(np.int32)),
        )
        return mesh.compute_vertex_normals()

    def _lines(self, points: np.ndarray, pairs: np.ndarray) -> Any:
        utility = self.o3d.utility
        return self.o3d.geometry.LineSet(
            utility.Vector3dVector(points.astype(np.float64)),
            utility.Vector2iVector(pairs.astype(np.int32)),
        )

    def _mesh(self) -> tuple[Any, Any]:
        surface = self._surface(self.walk["vertices"][self.frame], self.walk["faces"])
        return surface, self._paint("defaultLitTransparency", _SKIN, 0.55)

    def _skeleton(self) -> tuple[Any, Any]:
        bones = np.array([(p, j) for j, p in enumerate(JOINT_PARENTS) if p >= 0])
        return self._lines(self.walk["joints"][self.frame], bones), self._paint("unlitLine", _BONES)

    def _cylinders(self) -> tuple[Any, Any]:
        surface = self._surface(self.walk["capsules"][self.frame], self.walk["capsule_faces"])
        return surface, self._paint("defaultLit", _CAPSULES)

    def _camera(self) -> tuple[Any, Any]:
        """The pyramid that the camera of this frame sees, half a metre deep."""
        height, width = self.walk["size"]
        corner = np.array([[-width, -height], [width, -height], [width, height], [-width, height]])
        far = np.concatenate([corner / 2 / self.walk["focal"], np.ones((4, 1))], axis=1) * 0.5
        local = np.concatenate([np.zeros((1, 3)), far])
        rotation, shift = self.walk["rotation"][self.frame], self.walk["translation"][self.frame]
        pairs = np.array([[0, 1], [0, 2], [0, 3], [0, 4], [1, 2], [2, 3], [3, 4], [4, 1]])
        return self._lines((local - shift) @ rotation, pairs), self._paint("unlitLine", _FRAME)

    def _floor(self) -> Any:
        """A net of half-metre squares under the walk."""
        low = np.floor(self.walk["vertices"].min((0, 1)) * 2) / 2 - 0.5
        high = np.ceil(self.walk["vertices"].max((0, 1)) * 2) / 2 + 0.5
        height = float(self.walk["vertices"][..., 1].min())
        across, along = (np.arange(low[axis], high[axis] + 0.1, 0.5) for axis in (0, 2))
        ends = [[[x, height, low[2]], [x, height, high[2]]] for x in across]
        ends += [[[low[0], height, z], [high[0], height, z]] for z in along]
        points = np.array(ends).reshape(-1, 3)
        return self._lines(points, np.arange(len(points)).reshape(-1, 2))


def _leave(code: int) -> NoReturn:
    """End this process without the clean-up of Open3D and Python, which was seen to crash."""
    os._exit(code)


def _main(file: str, seconds: str) -> int:
    torch.set_num_threads(1)
    with np.load(file, allow_pickle=False) as archive:
        walk = dict(archive)
    try:
        _Window(walk, float(seconds)).run()
    except MeshgaitError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    _leave(_main(*sys.argv[1:]))
