"""People who agreed to be known by their gait: enrolled, identified, forgotten."""

from meshgait.gallery.gallery import Entry, Gallery, Identification, Match
from meshgait.gallery.sureness import Sureness, expected_calibration_error, reliability
from meshgait.gallery.vectors import digest_of, vectors_of

__all__ = [
    "Entry",
    "Gallery",
    "Identification",
    "Match",
    "Sureness",
    "digest_of",
    "expected_calibration_error",
    "reliability",
    "vectors_of",
]
