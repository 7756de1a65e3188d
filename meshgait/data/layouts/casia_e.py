"""CASIA-E (Song et al., TPAMI 2022): 1,014 people, 26 views of two heights, three scenes.

001/H-scene1-nm-1/000/000.pkl, or raw 001/H/scene1/nm/000/1/*.jpg: height, scene, walk, number.
Sequences of five frames or fewer are left out, as by the published script, which this was checked
against, not against the files. OpenGait's split and probes, not those of the paper.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import rows, up_to

_SUBJECT, _VIEW = r"(?P<subject>\d{3,4})", r"(?P<view>\d{3})"
_PARTS = (r"(?P<height>[HL])", r"(?P<scene>scene\d(_s)?)", r"(?P<walk>nm|bg|cl)")
_NUMBER = r"(?P<number>\d+)"
_CONDITION = "{height}-{scene}-{walk}-{number}"

CASIA_E = FolderLayout(
    name="casia-e",
    title="CASIA-E",
    verified=False,
    folders="001/{H-scene1-nm-1/000/*|H/scene1/nm/000/1/*}",
    splits="001-200 train, 201-1014 test",
    structures=(
        Structure((_SUBJECT, "[-_]".join((*_PARTS, _NUMBER)), _VIEW), condition=_CONDITION),
        Structure((_SUBJECT, *_PARTS, _VIEW, _NUMBER), condition=_CONDITION),
    ),
    make_protocols=rows("casia-e"),
    rule=up_to(200),
    least_frames=6,
)
