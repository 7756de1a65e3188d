"""Comparisons that are hard to score: ties everywhere, infinite distances, pairs left out."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays


@st.composite
def comparisons(draw, most=7):
    """Distance, people of the probes and of the gallery, pairs to leave out."""
    shape = draw(arrays.array_shapes(min_dims=2, max_dims=2, max_side=most))
    values = st.sampled_from([0.0, 0.5, 1.0, 2.0, np.inf])
    distance = draw(arrays.arrays(np.float32, shape, elements=values))
    probe, gallery = (draw(arrays.arrays(np.int64, n, elements=st.integers(0, 3))) for n in shape)
    return distance, probe, gallery, draw(arrays.arrays(np.bool_, shape))
