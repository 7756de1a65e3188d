"""FreeGait (Han et al., 2024): 1,195 people outdoors, seen by a camera and a laser scanner.

0001/DEVICE/SEQUENCE/ with image.pkl, kp3d.pkl, lidar.pkl, range_pkl.pkl and smpl.pkl, or each in
a folder of its own, as it is given out. Their arrays are not described: images are taken as
silhouettes, `lidar` as clouds, `kp3d` as joints in space, `range_pkl` as depth images; `smpl` as
camera, pose and shape, pose and shape, or pose alone, and without a camera has a neutral one.
Checked against the published script and list, not against the files.
"""

from meshgait.data.layouts.dataset_root import Content
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.named import Named
from meshgait.data.layouts.rules import listed

FREEGAIT = FolderLayout(
    name="freegait",
    title="FreeGait",
    verified=False,
    folders="0001/DEVICE/SEQUENCE/{image|kp3d|lidar|range_pkl|smpl}[/*].pkl",
    splits="official list (TRAIN_SET, TEST_SET, PROBE_SET)",
    structures=(Structure((r"(?P<subject>\d{4})", r"(?P<condition>[\w-]+)", r"(?P<view>[\w-]+)")),),
    make_protocols=listed("FreeGait", "euclidean"),
    content=Content(
        names=(
            Named("image", "silhouette", sure=False),
            Named("lidar", "points"),
            Named("smpl", "smpl"),
            Named("kp3d", "skeleton3d", sure=False),
            Named("range_pkl", "depth_image", sure=False),
        )
    ),
    points=256,
)
