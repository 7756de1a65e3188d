"""CCGR (Zou et al., AAAI 2024): 970 people, 53 walks, 33 views; 571 train, 399 are tested.

1/NM1/45_1.avi/ with 002-...sil-....pkl, 003-...par-....pkl and 004-...pose-....pkl; ratios and
photographs are not read. Checked against the published script, not against the files. Its list of
a gallery, if there is one, leaves all others as probes.
"""

from meshgait.data.layouts.dataset_root import Content
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.named import Named
from meshgait.data.layouts.rules import listed

_STRUCTURE = Structure(
    (r"(?P<subject>\d{1,4})", r"(?P<condition>[A-Z]+\d+)",
     r"(?P<view>(\d+(_\d+)*|over)(\.avi)?)")
)  # fmt: skip
_CONTENT = Content(
    names=(
        Named(r"(\d{3}-)?.*(ratios_HW|rgb_f).*", None),
        Named(r"(\d{3}-)?.*sil(-.*)?", "silhouette"),
        Named(r"(\d{3}-)?.*par(-.*)?", "parsing"),
        Named(r"(\d{3}-)?.*pose(-.*)?", "skeleton2d", sure=False),
    )
)

CCGR = FolderLayout(
    name="ccgr",
    title="CCGR",
    verified=False,
    folders="1/NM1/45_1.avi/{002-*sil-*|003-*par-*|004-*pose-*}.pkl",
    splits="official list (TRAIN_SET, TEST_SET)",
    structures=(_STRUCTURE,),
    make_protocols=listed("CCGR", "euclidean"),
    content=_CONTENT,
)
