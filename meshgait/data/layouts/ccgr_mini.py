"""CCGR-Mini: a part of CCGR in the same folders, with a list of its gallery.

All other clips of the test people are probes. Checked against the published script and list, not
against the files.
"""

from dataclasses import replace

from meshgait.data.layouts.ccgr import CCGR
from meshgait.data.layouts.rules import listed

CCGR_MINI = replace(
    CCGR,
    name="ccgr-mini",
    title="CCGR-Mini",
    splits="official list (TRAIN_SET, TEST_SET, GALLERY_SET)",
    make_protocols=listed("CCGR-Mini", "euclidean"),
)
