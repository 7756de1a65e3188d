"""What somebody may have meant who mistyped a name."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """The name most like `word`, whatever the case of its letters.

    >>> nearest("smplgate", ["SLN", "SMPLGait"])
    'SMPLGait'
    """
    by_lower_case = {name.lower(): name for name in known}
    return by_lower_case[get_close_matches(word.lower(), by_lower_case, n=1, cutoff=0)[0]]
