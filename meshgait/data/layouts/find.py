"""The layouts by the word of the command line."""

from __future__ import annotations

from meshgait.data.layouts.any_folder import FOLDER
from meshgait.data.layouts.casia_a import CASIA_A
from meshgait.data.layouts.casia_b import CASIA_B
from meshgait.data.layouts.casia_c import CASIA_C
from meshgait.data.layouts.casia_e import CASIA_E
from meshgait.data.layouts.ccgait import CCGAIT
from meshgait.data.layouts.ccgr import CCGR
from meshgait.data.layouts.ccgr_mini import CCGR_MINI
from meshgait.data.layouts.ccpg import CCPG
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.freegait import FREEGAIT
from meshgait.data.layouts.gait3d import GAIT3D
from meshgait.data.layouts.gaitlu_1m import GAITLU_1M
from meshgait.data.layouts.grew import GREW
from meshgait.data.layouts.hid import HID
from meshgait.data.layouts.ou_lp import OU_LP
from meshgait.data.layouts.ou_lp_age import OU_LP_AGE
from meshgait.data.layouts.ou_lp_bag import OU_LP_BAG
from meshgait.data.layouts.ou_mv import OU_MV
from meshgait.data.layouts.ou_mvlp import OU_MVLP
from meshgait.data.layouts.ou_mvlp_mesh import OU_MVLP_MESH
from meshgait.data.layouts.ou_mvlp_pose import OU_MVLP_POSE
from meshgait.data.layouts.ou_speed import OU_SPEED
from meshgait.data.layouts.sustech1k import SUSTECH1K
from meshgait.data.layouts.usf import USF
from meshgait.plugins import Registry

LAYOUTS: dict[str, FolderLayout] = {
    layout.name: layout
    for layout in (
        GAIT3D, GREW, CASIA_B, OU_MVLP, OU_MVLP_POSE, OU_LP, OU_LP_BAG, OU_LP_AGE, OU_MV,
        OU_SPEED, CASIA_A, CASIA_C, USF, SUSTECH1K, CCPG, CASIA_E, CCGR, CCGR_MINI, HID, GAITLU_1M,
        FREEGAIT, CCGAIT, OU_MVLP_MESH, FOLDER,
    )
}  # fmt: skip


ALL_LAYOUTS: Registry[FolderLayout] = Registry(
    "layout", "meshgait.layouts", LAYOUTS,
    what="a FolderLayout", accepts=lambda thing: isinstance(thing, FolderLayout),
)  # fmt: skip
"""These and those of other packages."""


def find_layout(name: str) -> FolderLayout:
    """The layout that a user named, ours or another's; `ConfigError` names the nearest."""
    return ALL_LAYOUTS.find_typed(name)
