import io

import numpy as np
import pytest
from PIL import Image

from meshgait.visualization.gif import encode_gif


@pytest.mark.parametrize(("fps", "milliseconds"), [(12.5, 80), (1000.0, 20)])
def test_all_pictures_play_at_their_rate_for_ever(fps, milliseconds):
    shades = [(shade, 0, 255 - shade) for shade in (0, 90, 255)]
    pictures = np.stack([np.full((8, 6, 3), shade, np.uint8) for shade in shades])
    with Image.open(io.BytesIO(encode_gif(pictures, fps=fps))) as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (3, (6, 8), 0)
        for index, picture in enumerate(pictures):
            film.seek(index)
            assert film.info["duration"] == milliseconds
            np.testing.assert_array_equal(np.asarray(film.convert("RGB")), picture)
