"""CASIA-A (Wang et al., TPAMI 2003): 20 people, 3 directions, 4 walks each.

fyc/00_1/fyc-00_1-001.png: initials, direction in degrees, walk. Recalled from the literature, not
checked against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import everyone_is_tested, one_each

CASIA_A = FolderLayout(
    name="casia-a",
    title="CASIA-A",
    verified=False,
    folders="fyc/00_1/*",
    splits="all test, unless listed",
    structures=(
        Structure((r"(?P<subject>[a-z]+)", r"(?P<view>\d\d)_(?P<condition>\d)")),
        Structure((r"(?P<subject>[a-z]+)", r"(?P<condition>\d)", r"(?P<view>\d\d)")),
    ),
    make_protocols=one_each("CASIA-A"),
    rule=everyone_is_tested,
)
