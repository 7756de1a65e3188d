"""CCGR-Mini: a part of CCGR in the same folders, with a list of its gallery.

All other clips of the test people are probes. Checked against the published script and list, not
against the files.
"""

from meshgait.data.layouts.ccgr import CONTENT, STRUCTURE
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.rules import listed

CCGR_MINI = FolderLayout(
    name="ccgr-mini",
    title="CCGR-Mini",
    verified=False,
    folders="1/NM1/45_1.avi/{002-*sil-*|003-*par-*|004-*pose-*}.pkl",
    splits="official list (TRAIN_SET, TEST_SET, GALLERY_SET)",
    structures=(STRUCTURE,),
    make_protocols=listed("CCGR-Mini", "euclidean"),
    content=CONTENT,
)
