"""Which number in the names of a folder's files counts the frames: the one that varies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

# A sign stands at the front or after a mark; between letters and digits it is a hyphen.
_NUMBER = re.compile(r"(?:(?<![0-9A-Za-z])-)?[0-9]+(?:\.[0-9]+)?")
_LIMIT = 1 << 63


def frame_numbers(names: Sequence[str]) -> dict[str, int | None]:
    """The frame number of each file, `None` where its name has none that fits into 64 bits.

    Names that differ in their numbers only are judged together: of the numbers in them that varies
    most counts. Fractions, as of seconds, are scaled to whole numbers; where a large number starts
    anew while those before it go on, as nanoseconds do, all are put together. Of a name alone it is
    the longest.

    >>> frame_numbers(["075_0009_64x44.png", "075_0010_64x44.png"])
    {'075_0009_64x44.png': 9, '075_0010_64x44.png': 10}
    >>> list(frame_numbers(["0.96.png", "1.00.png", "1.04.png"]).values())
    [96, 100, 104]
    """
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(_NUMBER.sub("#", Path(name).stem), []).append(name)
    found: dict[str, int | None] = dict.fromkeys(names)
    for group in alike.values():
        texts = [_NUMBER.findall(Path(name).stem) for name in group]
        for name, number in zip(group, _counted(texts), strict=True):
            found[name] = number if number is not None and abs(number) < _LIMIT else None
    return found


def number_text(name: str, number: int) -> str | None:
    """The last text in a name that reads as this whole number."""
    texts = [text for text in _NUMBER.findall(Path(name).stem) if "." not in text]
    return next((text for text in reversed(texts) if int(text) == number), None)


def _counted(texts: list[list[str]]) -> Sequence[int | None]:
    """Of names that differ in these numbers only: the number that counts."""
    columns = list(zip(*texts, strict=True))
    if not columns:
        return [None] * len(texts)
    numbers = [_whole(column) for column in columns]
    varying = [column for column in numbers if len(set(column)) > 1]
    if not varying:
        longest = max(len(column[0]) for column in columns)
        return next(
            n for n, t in reversed([*zip(numbers, columns, strict=True)]) if len(t[0]) == longest
        )
    best = max(varying, key=lambda column: (len(set(column)), min(column) - max(column)))
    leading = varying[: varying.index(best) + 1]
    return _together(leading) if _goes_on(leading) else best


def _goes_on(columns: Sequence[Sequence[int]]) -> bool:
    """Whether the last number is the rest of those before it, as nanoseconds of seconds."""
    best = columns[-1]
    in_order = [row[-1] for row in sorted(zip(*columns, strict=True))]
    is_counter = max(best) - min(best) < 4 * len(best)
    return not is_counter and min(map(min, columns)) >= 0 and in_order != sorted(best)


def _together(columns: Sequence[Sequence[int]]) -> list[int]:
    """One number of several, the first of which weighs most."""
    found = [0] * len(columns[0])
    for column in columns:
        step = 10 ** len(str(max(column)))
        found = [before * step + after for before, after in zip(found, column, strict=True)]
    return found


def _whole(column: Sequence[str]) -> list[int]:
    """Whole numbers in the order of these, which may be fractions, or numbers with a dot between.

    Where the first part never varies, the second of equal width counts alone.
    """
    if not any("." in text for text in column):
        return [int(text) for text in column]
    parts = [text.split(".") if "." in text else [text, ""] for text in column]
    fixed = len({whole for whole, _ in parts}) == 1
    width = max(len(fraction) for _, fraction in parts)
    if fixed and all(len(fraction) == width for _, fraction in parts):
        return [int(fraction) for _, fraction in parts]
    scaled = [int(whole + fraction.ljust(width, "0")) for whole, fraction in parts]
    if fixed and len(set(scaled)) < len(scaled):  # 1.1 and 1.10: the tenth of 1
        return [int(fraction or 0) for _, fraction in parts]
    return scaled
