"""OU-MVLP-Mesh (Li et al., T-BIOM 2022): meshes estimated of OU-MVLP from several views at once.

00001/00/000/*.json or 00001/000_00/*.json, with 24 joints in space under "hc3d" in each. Recalled
from one script of others: the names of pose, shape and camera in these files are not known here, so
they are not read, and where the folders begin is a guess. Folders and split are those of OU-MVLP.
Not checked against the files.
"""

from meshgait.data.layouts.dataset_root import Content
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.frame_readers import JointsJson
from meshgait.data.layouts.ou_mvlp import REARRANGED, odd_trains
from meshgait.data.layouts.rules import rows

OU_MVLP_MESH = FolderLayout(
    name="ou-mvlp-mesh",
    title="OU-MVLP-Mesh",
    verified=False,
    folders="00001/000_00/*.json or 00001/00/000/*.json",
    splits="odd train, even and 10307 test",
    structures=(
        Structure((r"(?P<subject>\d{5})", r"(?P<view>\d{3})_(?P<condition>0[01])")),
        REARRANGED,
    ),
    make_protocols=rows("ou-mvlp", "ou-mvlp-matched-only"),
    rule=odd_trains,
    content=Content(json=JointsJson("hc3d")),
)
