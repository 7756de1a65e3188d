"""OU-ISIR Multi-View Treadmill (Makihara et al., ECCV 2010): 168 people, 25 cameras at once.

00001/01/*.png: subject, camera. Recalled from the literature, not checked against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import everyone_is_tested, one_each

OU_MV = FolderLayout(
    name="ou-mv",
    title="OU-ISIR MV",
    verified=False,
    folders="00001/01/*",
    splits="all test, unless listed",
    structures=(
        Structure((r"(?P<subject>\d{3,5})", r"(?P<view>\d{2})"), condition="00"),
        Structure((r"(?P<subject>\d{3,5})", r"(?P<condition>00)", r"(?P<view>\d{2})")),
    ),
    make_protocols=one_each("OU-ISIR MV"),
    rule=everyone_is_tested,
)
