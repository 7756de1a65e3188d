"""OU-MVLP (Takemura et al., 2018): 10,307 people, 14 views, 2 walks.

Silhouette_000-00/00001/0001.png, or 00001/00/000/ with images or a pickle. Odd subjects up to
10305 train; even ones and 10307 are tested. The folders are those that OpenGait documents, not
checked against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import rows

REARRANGED = Structure(
    (r"(?P<subject>\d{5})", r"(?P<condition>0[01])", r"(?P<view>\d{3})")
)  # fmt: skip


def odd_trains(subject: str) -> str:
    """Odd subjects train but the last, who would have no even neighbour."""
    number = int(subject)
    return "train" if number % 2 and number < 10307 else "test"


OU_MVLP = FolderLayout(
    name="ou-mvlp",
    title="OU-MVLP",
    verified=False,
    folders="Silhouette_000-00/00001/* or 00001/00/000/*",
    splits="odd train, even and 10307 test",
    structures=(
        Structure((r"Silhouette_(?P<view>\d{3})-(?P<condition>0[01])", r"(?P<subject>\d{5})")),
        REARRANGED,
    ),
    make_protocols=rows("ou-mvlp", "ou-mvlp-matched-only"),
    rule=odd_trains,
)
