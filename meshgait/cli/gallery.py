"""List who is in a gallery, and how well it tells people apart (--calibration)."""

from __future__ import annotations

from collections.abc import Sequence

from meshgait.cli import _galleries
from meshgait.cli._parsing import make_parser, parse


def run(arguments: Sequence[str]) -> None:
    """Print a line for each person."""
    from meshgait.gallery.file import GalleryFile
    from meshgait.gallery.gallery import people_in

    parser = make_parser("gallery", __doc__)
    _galleries.add_gallery(parser)
    parser.add_argument("--calibration", action="store_true", help="also say how often matches "
                        "are right, of people whom the calibration has not seen")  # fmt: skip
    chosen = parse(parser, arguments)
    file = GalleryFile.open(chosen.gallery)
    people, about = people_in(file), file.about()
    for entry in people:
        print(f"{entry.name}: {entry.clips} clips since {entry.since}; consent: {entry.consent}")
    clips = sum(entry.clips for entry in people)
    print(
        f"{chosen.gallery}: {len(people)} people, {clips} clips of {about['parts']} parts x "
        f"{about['channels']} channels, network {about['network'][:12]}; {_galleries.RESEARCH}"
    )
    if chosen.calibration:
        _calibration(file, len(people))


def _calibration(file: object, count: int) -> None:
    from meshgait.errors import DataError
    from meshgait.gallery import Gallery, expected_calibration_error, reliability
    from meshgait.gallery.file import GalleryFile
    from meshgait.gallery.sureness import LEAST_PEOPLE

    if not isinstance(file, GalleryFile) or count < LEAST_PEOPLE:
        raise DataError(f"calibration needs {LEAST_PEOPLE} people or more, there are {count}")
    about = file.about()
    probability, is_right = Gallery(file, about["parts"], about["channels"]).sureness().held_out()
    print("said   right  trials")
    for said, right, trials in reliability(probability, is_right):
        print(f"{said:.2f}   {right:.2f}   {trials}")
    error = expected_calibration_error(probability, is_right)
    print(f"expected calibration error {error:.3f} over {len(is_right)} trials of people held out")
