"""CCPG (Li et al., CVPR 2023): 200 people who change their clothes, seen by ten cameras.

000/U0_D0/0_0/ with 0_0-aligned-sils.pkl beside pickles of ratios, photographs and unaligned masks,
which are not read; or with masks as images. U and D number upper and lower clothes, BG is a bag;
the view of a camera is what stands before its mark. Checked against the published script, not
against the files. Its example exchanges the two folders: that of the masks is CCPG_G_SIL.
"""

from meshgait.data.layouts.dataset_root import Content
from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.named import Named
from meshgait.data.layouts.rules import rows, up_to

CCPG = FolderLayout(
    name="ccpg",
    title="CCPG",
    verified=False,
    folders="000/U0_D0/0_0/{*-aligned-sils.pkl|*}",
    splits="000-099 train, 100-199 test",
    structures=(
        Structure(
            (r"(?P<subject>\d{3})", r"(?P<condition>U\d_D\d(_BG)?)", r"(?P<view>\w+_\w+|\w+)")
        ),
    ),
    make_protocols=rows("ccpg", "ccpg-gait", "ccpg-gait-all-views"),
    rule=up_to(99),
    content=Content(
        names=(
            Named(r"(.+-)?aligned-sils", "silhouette"),
            Named(r"(.+-)?(ratios|rgbs|sils)", None),
        )
    ),
)
