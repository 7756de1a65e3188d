"""GaitLU-1M (Fan et al., TPAMI 2023): a million walks of nobody knows whom, to learn from.

000/000/000/000_000_000.pkl: three random numbers. Every sequence is its own person. What is learnt
without labels is `meshgait train --recipe gaitssb/gaitlu-1m`. Checked against the published
description, not against the files.
"""

from meshgait.data.layouts.folder_layout import FolderLayout
from meshgait.data.layouts.folder_structure import Structure
from meshgait.data.layouts.rules import everyone_trains, not_searched

GAITLU_1M = FolderLayout(
    name="gaitlu-1m",
    title="GaitLU-1M",
    verified=False,
    folders="000/000/000/000_000_000.pkl",
    splits="all train; nobody is known",
    structures=(
        Structure(
            (r"(?P<a>\d+)", r"(?P<b>\d+)", r"(?P<c>\d+)"),
            subject="{a}_{b}_{c}", condition="unlabelled", view="0",
        ),
    ),
    make_protocols=not_searched,
    rule=everyone_trains,
)  # fmt: skip
