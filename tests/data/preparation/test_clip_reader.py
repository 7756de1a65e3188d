from dataclasses import dataclass

import numpy as np
import pytest

from meshgait.data.preparation.clip_reader import usual_form
from meshgait.sequence import GaitSequence


@dataclass(frozen=True)
class Clip:
    """Notes that it was read."""

    number: int
    asked: list

    def read(self):
        self.asked.append(self.number)
        frames = {"silhouette": np.zeros((2, 64, 44), np.uint8), "smpl": np.zeros((2, 85))}
        return GaitSequence("ann", "nm", "000", frames), ()


@pytest.mark.parametrize("count", [*range(1, 10), 10, 1000])
def test_what_is_usual_is_asked_of_nine_clips_from_the_first_to_the_last(count):
    asked = []
    form = usual_form([Clip(number, asked) for number in range(count)])
    assert form == {"silhouette": ("uint8", (64, 44)), "smpl": ("float32", (85,))}
    assert len(set(asked)) == len(asked) == min(count, 9)
    assert (asked[0], asked[-1]) == (0, count - 1)
