"""Gait3D (Zheng et al., CVPR 2022): 4,000 people in a supermarket, 39 cameras.

Raw: 2D_Silhouettes, 2D_Poses, 2D_Parsings and 3D_SMPLs, each ID/CAMERA/SEQUENCE/ with a file for
each frame, whose number follows the f in human_crop_f17279.png. Pickled by the published scripts:
the same folders, one pickle for each modality, alone or two or three together (sils-seq0.pkl,
smpls-seq0.pkl, pars-seq0.pkl). Checked against those scripts, not against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import listed

GAIT3D = FolderLayout(
    name="gait3d",
    title="Gait3D",
    verified=False,
    folders="[2D_Silhouettes|2D_Poses|2D_Parsings|3D_SMPLs]/0000/camid0_videoid2/seq0/*",
    splits="official list (TRAIN_SET, TEST_SET, PROBE_SET)",
    structures=(
        Structure((r"(?P<subject>\d{4})", r"(?P<condition>camid\d+_videoid\d+)",
                     r"(?P<view>seq\d+)")),
    ),
    make_protocols=listed("Gait3D"),
)  # fmt: skip
