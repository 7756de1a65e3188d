"""OU-MVLP-Pose (An et al., 2020): the skeletons of OU-MVLP, 18 joints by OpenPose.

00001/000_00/0001_keypoints.json, or 00001/00/000/ with those or a pickle. The split is that of
OU-MVLP. The folders are those that OpenGait's scripts read, not checked against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.ou_mvlp import REARRANGED, odd_trains
from meshgait.data.layouts.rules import rows

OU_MVLP_POSE = FolderLayout(
    name="ou-mvlp-pose",
    title="OU-MVLP-Pose",
    verified=False,
    folders="00001/000_00/* or 00001/00/000/*",
    splits="odd train, even and 10307 test",
    structures=(
        Structure((r"(?P<subject>\d{5})", r"(?P<view>\d{3})_(?P<condition>0[01])")),
        REARRANGED,
    ),
    make_protocols=rows("ou-mvlp", "ou-mvlp-matched-only"),
    rule=odd_trains,
)
