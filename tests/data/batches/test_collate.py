import numpy as np
import pytest
import torch

from meshgait.data.batches import collate
from meshgait.errors import DataError
from meshgait.sequence import GaitSequence


def sequence(length, **more):
    frames = {"silhouette": np.full((length, 4, 3), length, np.uint8), **more}
    return GaitSequence("a", "b", str(length), frames)


def test_frames_stay_and_the_rest_is_zero_and_masked():
    batch = collate([sequence(3), sequence(5), sequence(1)], [7, 8, 7])
    assert batch.mask.sum(1).tolist() == [3, 5, 1]
    assert batch.label.tolist() == [7, 8, 7]
    silhouette = batch.inputs["silhouette"]
    assert silhouette.shape == (3, 5, 4, 3)
    assert silhouette.dtype == torch.uint8
    for row, length in zip(range(3), (3, 5, 1), strict=True):
        assert (silhouette[row, :length] == length).all()
        assert (silhouette[row, length:] == 0).all()
        assert batch.mask[row].tolist() == [True] * length + [False] * (5 - length)


def test_a_modality_missing_from_one_sequence_is_named():
    with pytest.raises(DataError, match="a-b-2 has silhouette; the first of its batch has"):
        collate([sequence(3, smpl=np.zeros((3, 85))), sequence(2)])
    with pytest.raises(DataError, match="at least one sequence"):
        collate([])
