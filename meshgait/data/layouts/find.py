"""The layouts by the word of the command line."""

from __future__ import annotations

from difflib import get_close_matches

from meshgait.data.layouts.any_folder import FOLDER
from meshgait.data.layouts.casia_a import CASIA_A
from meshgait.data.layouts.casia_b import CASIA_B
from meshgait.data.layouts.casia_c import CASIA_C
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.gait3d import GAIT3D
from meshgait.data.layouts.grew import GREW
from meshgait.data.layouts.ou_lp import OU_LP
from meshgait.data.layouts.ou_lp_age import OU_LP_AGE
from meshgait.data.layouts.ou_lp_bag import OU_LP_BAG
from meshgait.data.layouts.ou_mv import OU_MV
from meshgait.data.layouts.ou_mvlp import OU_MVLP
from meshgait.data.layouts.ou_mvlp_pose import OU_MVLP_POSE
from meshgait.data.layouts.ou_speed import OU_SPEED
from meshgait.data.layouts.usf import USF
from meshgait.errors import ConfigError

LAYOUTS: dict[str, FolderLayout] = {
    layout.name: layout
    for layout in (
        GAIT3D, GREW, CASIA_B, OU_MVLP, OU_MVLP_POSE, OU_LP, OU_LP_BAG, OU_LP_AGE, OU_MV,
        OU_SPEED, CASIA_A, CASIA_C, USF, FOLDER,
    )
}  # fmt: skip


def find_layout(name: str) -> FolderLayout:
    """The layout of that name; `ConfigError` names the nearest."""
    if name in LAYOUTS:
        return LAYOUTS[name]
    near = get_close_matches(name, LAYOUTS, n=1, cutoff=0)
    raise ConfigError(f"there is no layout {name!r}; did you mean {near[0]!r}?")
