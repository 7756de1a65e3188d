"""CCGait (of HybridGait, AAAI 2024): 1,495 people who change their clothes, with SMPL estimates.

Three folders side by side, of silhouettes, of SMPL rows and of bodies' front silhouettes, each
0001/CAMERA/SEQUENCE/ with pickles of the same names; the folders are known by sil, by smpl, and by
smplsil or meshsil in their names. The list of probes names people at cameras: all their sequences
are probes.
Checked against the published code, not against the files.
"""

from meshgait.data.layouts.dataset_root import Content
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.named import Named
from meshgait.data.layouts.rules import listed

CCGAIT = FolderLayout(
    name="ccgait",
    title="CCGait",
    verified=False,
    folders="[sils|smpls|smplsils]/0001/CAMERA/SEQUENCE/*",
    splits="official list (TRAIN_SET, TEST_SET, PROBE_SET of ID-CAMERA)",
    structures=(Structure((r"(?P<subject>\d+)", r"(?P<condition>[\w-]+)", r"(?P<view>[\w-]+)")),),
    make_protocols=listed("CCGait"),
    content=Content(names=(Named(r".*(smpl|mesh)[-_ ]?(sil|mask).*", "smpl_silhouette"),)),
    listed_as="{subject}-{condition}",
)
