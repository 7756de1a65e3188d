"""HID (Yu et al., 2020-2024): competitions in identification at a distance; probes have no labels.

0500/SEQUENCE/ and probe/VIDEO/ with images that are normalised already, or with default/ and a
pickle between, as by the pretreatment of 2022. The view of a clip is its sequence, which in an
answer names the video: `meshgait evaluate --submission answer.csv --form hid --rerank`. Checked
against the published scripts, not against the files.
"""

from meshgait.data.layouts.dataset_root import Content
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import everyone_is_tested, rows

_SEQUENCE = r"(?P<view>[\w-]+)"
_KNOWN, _PROBE = r"(?P<subject>\d+)", r"(?P<subject>probe)"

HID = FolderLayout(
    name="hid",
    title="HID",
    verified=False,
    folders="{0500|probe}/SEQUENCE/{*|default/*.pkl}",
    splits="all test, unless listed",
    structures=tuple(
        Structure((subject, _SEQUENCE, *between), condition=condition)
        for between in ((), ("default",))
        for subject, condition in ((_KNOWN, "gallery"), (_PROBE, "probe"))
    ),
    make_protocols=rows("hid"),
    rule=everyone_is_tested,
    content=Content(aligned=True),
)
