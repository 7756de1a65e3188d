import io

import numpy as np
import pytest
import torch
from PIL import Image

from meshgait.body import Body
from meshgait.modalities import Grid
from meshgait.modalities.scene import Scene, represent
from meshgait.visualization.sheet import box_mesh, draw_sheet
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
    found, _ = represent(scene, ["silhouette", "parts", "events", "lidar"])
    image = np.asarray(Image.open(io.BytesIO(draw_sheet(scene, found))).convert("RGB"))
    height, width = image.shape[:2]
    thirds = [image[: height // 2, k * width // 3 : (k + 1) * width // 3] for k in range(3)]
    assert all((part < 128).any() for part in (*thirds, image[height // 2 :]))
