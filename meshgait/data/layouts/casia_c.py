"""CASIA-C (Tan et al., ICPR 2006): 153 people in infrared, from the side.

001/fn00/*.png: fn normal, fs slow, fq fast, fb with a bag. Recalled from the literature,
not checked against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import everyone_is_tested, one_each

CASIA_C = FolderLayout(
    name="casia-c",
    title="CASIA-C",
    verified=False,
    folders="001/fn00/*",
    splits="all test, unless listed",
    structures=(
        Structure((r"(?P<subject>\d{3,5})", r"(?P<condition>f[nsqb]\d\d)"), view="090"),
        Structure((r"(?P<subject>\d{3,5})", r"(?P<condition>f[nsqb]\d\d)", r"(?P<view>\d{3})")),
    ),
    make_protocols=one_each("CASIA-C"),
    rule=everyone_is_tested,
)
