"""The errors a user may want to catch; each message says what, where and what to do."""


class MeshgaitError(Exception):
    """Any failure that meshgait foresaw."""


class ShapeError(MeshgaitError, ValueError):
    """An array has the wrong shape, or two arrays do not fit together."""


class ConfigError(MeshgaitError, ValueError):
    """An option is unknown, or its value makes no sense."""


class DataError(MeshgaitError, ValueError):
    """A file or an array holds something that cannot be used."""


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
