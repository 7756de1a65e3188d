"""OU-LP (Iwama et al., TIFS 2012): 4,007 people, 4 views, 2 walks.

0000001/Seq00/55/*.png or a pickle there, as the cross-domain papers arrange it. The ID lists that
cut a whole walk of the original release into views are not read. Of n subjects in order the first
int(0.6 n) train (TraND); that needs all names, so it is given as a list. Not checked against files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import everyone_is_tested, rows

OU_LP = FolderLayout(
    name="ou-lp",
    title="OU-LP",
    verified=False,
    folders="0000001/Seq00/55/*",
    splits="all test, unless listed",
    structures=(
        Structure((r"(?P<subject>\d+)", r"(?P<condition>Seq\d\d)", r"(?P<view>55|65|75|85)")),
    ),
    make_protocols=rows("ou-lp"),
    rule=everyone_is_tested,
)
