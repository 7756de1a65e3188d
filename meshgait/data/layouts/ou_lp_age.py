"""OU-LP-Age (Xu et al., 2017): 63,846 people of 2 to 90 years, one walk each.

00001/*.png. One walk each gives no pairs: it is for training and for age, and has no protocol.
Recalled from the literature, not checked against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import listed

OU_LP_AGE = FolderLayout(
    name="ou-lp-age",
    title="OU-LP-Age",
    verified=False,
    folders="00001/*",
    splits="all train, unless listed",
    structures=(
        Structure((r"(?P<subject>\d{5,})",), condition="00", view="090"),
    ),
    make_protocols=listed("OU-LP-Age"),
    rule=lambda subject: "train",
)  # fmt: skip
