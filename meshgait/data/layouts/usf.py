"""USF HumanID (Sarkar et al., TPAMI 2005): 122 people outdoors, 5 covariates.

02463/GAR-NB-t1/*.png: surface Grass or Concrete, shoe A or B, Left or Right camera, briefcase BF or
NB, time. The names are put together from the paper's covariates, not checked against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import everyone_is_tested, one_each

USF = FolderLayout(
    name="usf",
    title="USF HumanID",
    verified=False,
    folders="02463/GAR-NB-t1/*",
    splits="all test, unless listed",
    structures=(
        Structure(
            (r"(?P<subject>\d{5})",
             r"(?P<ground>[GC])(?P<shoe>[AB])(?P<view>[LR])-(?P<load>NB|BF)-(?P<time>t[12])"),
            condition="{ground}{shoe}-{load}-{time}",
        ),
        Structure((r"(?P<subject>\d{5})", r"(?P<condition>[GC][AB]-(NB|BF)-t[12])",
                     r"(?P<view>[LR])")),
    ),
    make_protocols=one_each("USF HumanID"),
    rule=everyone_is_tested,
)  # fmt: skip
