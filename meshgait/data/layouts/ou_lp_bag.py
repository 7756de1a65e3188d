"""OU-LP-Bag (Uddin et al., 2018): 62,528 people with what they carry, 2 walks.

00001/Seq00/*.png. Recalled from the literature, not checked against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import everyone_is_tested, rows

OU_LP_BAG = FolderLayout(
    name="ou-lp-bag",
    title="OU-LP-Bag",
    verified=False,
    folders="00001/Seq00/*",
    splits="all test, unless listed",
    structures=(
        Structure((r"(?P<subject>\d+)", r"(?P<condition>Seq\d\d)"), view="090"),
        Structure((r"(?P<subject>\d+)", r"(?P<condition>Seq\d\d)", r"(?P<view>090)")),
    ),
    make_protocols=rows("ou-lp"),
    rule=everyone_is_tested,
)
