"""OU-MVLP-Mesh (Li et al., T-BIOM 2022): meshes estimated of OU-MVLP from several views at once.

00001/00/000/*.json or 00001/000_00/*.json, with 24 joints in space under "hc3d" in each. Recalled
from one script of others: the names of pose, shape and camera in these files are not known here, so
they are not read, and where the folders begin is a guess. Folders and split are those of OU-MVLP.
Not checked against the files.
"""

from dataclasses import replace

from meshgait.data.layouts.dataset_root import Content
from meshgait.data.layouts.frame_readers import JointsJson
from meshgait.data.layouts.ou_mvlp_pose import OU_MVLP_POSE

OU_MVLP_MESH = replace(
    OU_MVLP_POSE,
    name="ou-mvlp-mesh",
    title="OU-MVLP-Mesh",
    folders="00001/000_00/*.json or 00001/00/000/*.json",
    content=Content(json=JointsJson("hc3d")),
)
