"""Pictures as an animated GIF."""

import io

import numpy as np
from jaxtyping import UInt8

from meshgait._optional import require

COLORS = 128  # of each picture; more are not seen on bodies of one colour
_TICK_MS = 10  # what a GIF counts in
_SHORTEST = 2  # ticks: players slow down what is faster


def shown_frames(frames: int, fps: float) -> tuple[list[int], list[int]]:
    """Which frames a GIF can show, and for how many ms each: together as long as the video.

    >>> shown_frames(4, 30.0)
    ([0, 1, 2, 3], [30, 40, 30, 30])
    >>> shown_frames(6, 60.0)
    ([0, 1, 3, 4], [20, 30, 20, 30])
    """
    starts = [round(1000 * frame / fps / _TICK_MS) for frame in range(frames + 1)]
    chosen = [0]
    for frame in range(1, frames):
        is_long_enough = starts[frame] - starts[chosen[-1]] >= _SHORTEST
        if is_long_enough and starts[-1] - starts[frame] >= _SHORTEST:
            chosen.append(frame)
    ends = [*(starts[frame] for frame in chosen[1:]), max(starts[-1], _SHORTEST)]
    ticks = (end - starts[frame] for frame, end in zip(chosen, ends, strict=True))
    return chosen, [_TICK_MS * tick for tick in ticks]


def encode_gif(pictures: UInt8[np.ndarray, "T H W 3"], *, fps: float) -> bytes:
    """The content of a file that plays the pictures over and over, in the time that they take.

    Above 50 frames a second some pictures are left out.
    """
    image = require("PIL.Image")
    chosen, durations = shown_frames(len(pictures), fps)
    frames = [
        image.fromarray(pictures[frame]).quantize(COLORS, dither=image.Dither.NONE)
        for frame in chosen
    ]
    content = io.BytesIO()
    frames[0].save(
        content, format="GIF", save_all=True, append_images=frames[1:], loop=0,
        duration=durations,
    )  # fmt: skip
    return content.getvalue()
