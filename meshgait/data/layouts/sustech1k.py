"""SUSTech1K (Shen et al., CVPR 2023): 1,050 people seen by a camera and a laser scanner.

0000/00-nm/000/ with sixteen pickles: a group of the scanner (10 a second), one of the camera (30 a
second), and "sync", both in pairs by time. Or raw: in the same place a folder for each modality
with files named by their time, which are paired here in the same way. Clouds become as many points
in every frame. Ratios, photographs, unaligned masks and the scanner's silhouettes are not read.
Checked against the published scripts, not against the files.
"""

from meshgait.data.layouts.dataset_root import Content
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.frame_times import Pairing
from meshgait.data.layouts.named import Named
from meshgait.data.layouts.rules import rows

_SCANS, _CAMERA, _SYNC = ("lidar",), ("camera",), ("sync",)
_ALONE, _PAIRED = r"\d\d-(?!sync-).+-", r"\d\d-sync-.+-"

SUSTECH1K = FolderLayout(
    name="sustech1k",
    title="SUSTech1K",
    verified=False,
    folders="0000/00-nm/000/{NN[-sync]-000-{LiDAR-PCDs|Camera-Sils_aligned|...}.pkl|PCDs/*|...}",
    splits="official list (TRAIN_SET, TEST_SET)",
    structures=(
        Structure((r"(?P<subject>\d{4})", r"(?P<condition>\d\d-[\w-]+)", r"(?P<view>[\w-]+)")),
    ),
    make_protocols=rows("sustech1k"),
    content=Content(
        names=(
            Named(_ALONE + "Camera-Sils_aligned", "silhouette", _CAMERA),
            Named(_ALONE + "Camera-Pose", "skeleton2d", _CAMERA, sure=False),
            Named(_ALONE + "LiDAR-PCDs", "points", _SCANS),
            Named(_ALONE + "LiDAR-PCDs_depths", "depth_image", _SCANS),
            Named(_PAIRED + "LiDAR-PCDs", "points", _SYNC),
            Named(_PAIRED + "LiDAR-PCDs_depths", "depth_image", _SYNC),
            Named(_PAIRED + "Camera-Sils_aligned", "silhouette", _SYNC),
            Named(_PAIRED + "Camera-Pose", "skeleton2d", _SYNC, sure=False),
            Named("Sils_aligned", "silhouette", _CAMERA + _SYNC),
            Named("PCDs", "points", _SCANS + _SYNC),
            Named("PCDs_depths", "depth_image", _SCANS + _SYNC),
            Named(r"(\d\d-.+-)?(PCDs_sils|Pose|Ratios-HW|RGB_raw|Sils_raw)", None),
        ),
        pairing=Pairing(("points", "depth_image"), later_ns=50_000_000, within_ns=20_000_000),
    ),
)
