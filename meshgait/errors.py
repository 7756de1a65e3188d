"""The errors a user may want to catch; each message says what, where and what to do."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

_MOST_LETTERS = 200  # that are quoted of another library's message


class MeshgaitError(Exception):
    """Any failure that meshgait foresaw.

    Where a page helps more than a sentence, a `code` ends the message, as in "... [body]", and the
    page "Reading the errors" has a section of that name. It is part of the text, so that it
    outlives what is raised anew with the file's name before it, or in another process.
    """

    def __init__(self, *args: object, code: str = "") -> None:
        super().__init__(*([f"{args[0]} [{code}]", *args[1:]] if code else args))

    @property
    def code(self) -> str:
        """The word that the documentation explains, or nothing.

        >>> DataError("walk.pkl: is too large", code="memory").code
        'memory'
        """
        found = re.search(r" \[([a-z-]+)\]$", str(self))
        return found[1] if found else ""


class ShapeError(MeshgaitError, ValueError):
    """An array has the wrong shape, or two arrays do not fit together."""


class ConfigError(MeshgaitError, ValueError):
    """An option is unknown, or its value makes no sense."""


class DataError(MeshgaitError, ValueError):
    """A file or an array holds something that cannot be used."""


class StorageError(MeshgaitError, OSError):
    """A file cannot be written: no space, no permission, too long."""


class UnsafeFileError(DataError):
    """A file asks to run code when it is opened; it was not run."""


class BodyNotFoundError(MeshgaitError, FileNotFoundError):
    """No body model file in any of the places looked at."""


class DependencyError(MeshgaitError, ImportError):
    """A package of an optional part is missing or broken."""


class TrainingError(MeshgaitError, RuntimeError):
    """Training cannot go on."""


class DisplayError(MeshgaitError, RuntimeError):
    """No window can be opened here."""


def reason(error: BaseException) -> str:
    r"""What an error of another library says, for a sentence of ours: its first line, cut short.

    >>> reason(ValueError("no shape\nTo allow it, trust the file"))
    'no shape'
    """
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:_MOST_LETTERS]


def sentence(error: Exception) -> str:
    """An error for people: that of the system with the file it is about.

    >>> sentence(FileNotFoundError(2, "No such file or directory", "walk.npz"))
    'walk.npz: No such file or directory'
    """
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return f"out of memory: {error}" if isinstance(error, MemoryError) else str(error)


def nearest(word: str, known: Iterable[str]) -> str:
    """The name most like `word`, whatever the case of its letters.

    >>> nearest("smplgate", ["SLN", "SMPLGait"])
    'SMPLGait'
    """
    by_lower_case = {name.lower(): name for name in known}
    return by_lower_case[get_close_matches(word.lower(), by_lower_case, n=1, cutoff=0)[0]]
