"""Pictures as an animated GIF."""

import io

import numpy as np
from jaxtyping import UInt8

from meshgait._optional import require

COLORS = 128  # of each picture; more are not seen on bodies of one colour
SHORTEST = 20  # milliseconds: players slow down what is faster


def encode_gif(pictures: UInt8[np.ndarray, "T H W 3"], *, fps: float) -> bytes:
    """The content of a file that plays the pictures over and over."""
    image = require("PIL.Image")
    frames = [
        image.fromarray(picture).quantize(COLORS, dither=image.Dither.NONE) for picture in pictures
    ]
    content = io.BytesIO()
    frames[0].save(
        content, format="GIF", save_all=True, append_images=frames[1:], loop=0,
        duration=max(SHORTEST, round(1000 / fps)),
    )  # fmt: skip
    return content.getvalue()
