import io

import numpy as np
import pytest
import torch
from PIL import Image

from meshgait.body import Body
from meshgait.modalities import Grid
from meshgait.modalities.scene import REPRESENTATIONS, Scene, represent
from meshgait.visualization.sheet import _PAINTERS, box_mesh, draw_sheet
from meshgait.walker import Identity, walk


def test_boxes_close_around_the_volume():
    volume = torch.rand(5, 6, 4) > 0.4
    grid = Grid((-1.0, 0.5, 2.0), 0.25, (5, 6, 4))
    mesh = box_mesh(volume, grid)
    a, b, c = mesh.vertices[mesh.faces].double().unbind(1)
    held = (
        torch.linalg.det(torch.stack([a, b, c], dim=1)).sum() / 6
    )  # positive: faces look outwards
    assert float(held) == pytest.approx(int(volume.sum()) * 0.25**3, rel=1e-4)


def test_a_sheet_has_a_panel_for_each_representation():
    pytest.importorskip("cv2", reason="the extra 'data'")
    body = Body.embedded()
    motion = walk(body, Identity.average(), frames=8).motion
    scene = Scene.follow(body, motion.decode(body), motion.fps)
    names = ["silhouette", "parts", "events", "lidar"]
    found, _ = represent(scene, names)
    image = np.asarray(Image.open(io.BytesIO(draw_sheet(scene, found))).convert("RGB"))
    height, width = image.shape[:2]
    thirds = [image[: height // 2, k * width // 3 : (k + 1) * width // 3] for k in range(3)]
    assert all((part < 128).any() for part in (*thirds, image[height // 2 :]))


def test_every_representation_has_a_painter():
    assert {*_PAINTERS, "gait_cycle"} == set(REPRESENTATIONS)


def test_depth_images_flow_and_fronts_are_drawn_as_they_are():
    pytest.importorskip("cv2", reason="the extra 'data'")
    body = Body.embedded()
    motion = walk(body, Identity.average(), frames=6).motion
    scene = Scene.follow(body, motion.decode(body), motion.fps)
    found, _ = represent(scene, ["front_silhouette", "depth_image", "flow"])
    for name in ("depth_image", "flow"):
        (image,) = _PAINTERS[name](scene, found[name], [2])
        times = image.shape[0] // 64
        shown = torch.from_numpy(image[::times, ::times].copy()).movedim(-1, 0)
        bright = 255 // int(found[name].max()) if name == "flow" else 1
        assert torch.equal(shown, found[name][2] * bright)
        assert shown.any()
    (front,) = _PAINTERS["front_silhouette"](scene, found["front_silhouette"], [2])
    assert front.shape[0] // 64 == front.shape[1] // 44
