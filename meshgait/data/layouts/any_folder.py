"""Any folder of silhouettes, skeletons or pickles: id/condition/view/*.

Everybody is tested without a list; the first clip of each person is then the gallery.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import everyone_is_tested, one_each

FOLDER = FolderLayout(
    name="folder",
    title="any folder",
    verified=True,
    folders="ID/CONDITION/VIEW/*",
    splits="all test, unless listed",
    structures=(Structure((r"(?P<subject>.+)", r"(?P<condition>.+)", r"(?P<view>.+)")),),
    make_protocols=one_each("any folder"),
    rule=everyone_is_tested,
)
