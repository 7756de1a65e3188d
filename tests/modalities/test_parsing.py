import numpy as np
import pytest

from meshgait.errors import DataError
from meshgait.modalities import normalize_parsing, normalize_silhouette


def person(height=128, width=90):
    labels = np.zeros((height, width), np.uint8)
    labels[:64, 30:50], labels[64:, 25:55] = 1, 8
    return labels


def test_labels_are_kept_and_lie_where_the_silhouette_lies():
    labels = person()
    found = normalize_parsing(labels)
    assert set(np.unique(found)) == {0, 1, 8}
    mask = normalize_silhouette(labels > 0)
    assert np.mean((found > 0) == (mask > 127)) > 0.98
    assert (found[:32] != 8).all()
    assert (found[32:] != 1).all()


def test_a_label_that_is_none_and_a_frame_without_anybody_are_refused():
    with pytest.raises(DataError, match="labels 0 to 11, not 12"):
        normalize_parsing(np.full((64, 64), 12, np.uint8))
    with pytest.raises(DataError, match="frame 1 of 2 shows nobody"):
        normalize_parsing(np.stack([person(), np.zeros((128, 90), np.uint8)]))
