"""GREW (Zhu et al., ICCV 2021): 26,345 people outdoors, 882 cameras; probes have no labels.

train/00001/4XPn5Z28/*.png, test/gallery/00001/... and test/probe/etaGVnWf/*.png, or rearranged as
00001train/00/..., 00001/01/... and probe/03/... with images or a pickle. The owner's silhouettes
are normalised already. The folders are those that OpenGait documents, not checked against the
files. For the split of one's own (Gait3D's paper) give its list.
"""

from meshgait.data.layouts.dataset_root import Content
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import rows

_VIDEO = r"(?P<view>\w{4,})"

GREW = FolderLayout(
    name="grew",
    title="GREW",
    verified=False,
    folders="{train|test/gallery|test/probe}/... or 00001train/00/4XPn5Z28/*",
    splits="by folder",
    structures=(
        Structure((r"train", r"(?P<number>\d{5})", _VIDEO), "{number}train", "00"),
        Structure((r"test", r"gallery", r"(?P<subject>\d{5})", _VIDEO), condition="{place:02}"),
        Structure((r"test", r"probe", _VIDEO), "probe", "03"),
        Structure((r"(?P<subject>\d{5}(train)?|probe)", r"(?P<condition>0[0-3])", _VIDEO)),
        Structure((r"probe", r"(?!03$)(?P<view>\w{4,})"), "probe", "03"),
    ),
    make_protocols=rows("grew-proxy", "grew"),
    rule=lambda subject: "train" if subject.endswith("train") else "test",
    content=Content(aligned=True),
)
