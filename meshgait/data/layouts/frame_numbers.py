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
    most counts. Fractions, as of seconds, are scaled to whole numbers; seconds in front of large
    numbers that do not go on with them are put before those. Of a name alone it is the longest.

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
    place = varying.index(best)
    if place and _goes_on(varying[place - 1], best):
        width = len(str(max(best)))
        return [
            before * 10**width + after
            for before, after in zip(varying[place - 1], best, strict=True)
        ]
    return best


def _goes_on(before: Sequence[int], best: Sequence[int]) -> bool:
    """Whether a number is a large fraction of the one before it, as nanoseconds of seconds."""
    together = list(zip(before, best, strict=True))
    ordered = [after for _, after in sorted(together)]
    is_counter = max(best) - min(best) < 4 * len(best)
    return not is_counter and min(best) >= 0 and ordered != sorted(best)


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
