"""CASIA-B (Yu et al., ICPR 2006): 124 people, 10 walks, 11 views.

001/nm-01/000/001-nm-01-000-001.png, or 000.pkl in the same folders. Subjects 001 to 074 train, 075
to 124 are tested. The folders are those that OpenGait documents, not checked against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import rows, up_to

_WALKS = (*(f"nm-{n:02}" for n in range(1, 7)), "bg-01", "bg-02", "cl-01", "cl-02")

CASIA_B = FolderLayout(
    name="casia-b",
    title="CASIA-B",
    verified=False,
    folders="001/nm-01/000/*",
    splits="001-074 train, 075-124 test",
    structures=(
        Structure((r"(?P<subject>\d{3})", r"(?P<condition>(nm|bg|cl)-\d\d)", r"(?P<view>\d{3})")),
    ),
    make_protocols=rows("casia-b", "casia-b-cross-view"),
    rule=up_to(74),
    conditions=_WALKS,
    views=tuple(f"{angle:03}" for angle in range(0, 181, 18)),
)
