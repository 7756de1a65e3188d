"""OU-ISIR Treadmill A (Makihara et al., 2012): 34 people, 9 speeds, from the side.

00001/2km/*.png. Recalled from the literature, not checked against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import everyone_is_tested, one_each

OU_SPEED = FolderLayout(
    name="ou-speed",
    title="OU-ISIR Speed",
    verified=False,
    folders="00001/2km/*",
    splits="all test, unless listed",
    structures=(
        Structure((r"(?P<subject>\d+)", r"(?P<condition>(gallery_|probe_)?\d+km)"), view="090"),
        Structure((r"(?P<subject>\d+)", r"(?P<condition>\d+km)", r"(?P<view>\d{3})")),
    ),
    make_protocols=one_each("OU-ISIR Speed"),
    rule=everyone_is_tested,
)
