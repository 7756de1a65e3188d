import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import DataError
from meshgait.models import GEI, SMPLGait
from meshgait.sequence import GaitSequence

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 64, 44), dtype=np.uint8)
WALK = GaitSequence("a", "nm", "0", {"silhouette": IMAGES})


def test_one_walk_has_one_embedding_and_a_list_a_batch_of_them():
    single = GEI().embed(WALK)
    assert_close(single, torch.from_numpy(IMAGES).float().mean(0).reshape(1, -1) / 255)
    assert_close(GEI().embed([WALK, WALK]), torch.stack([single, single]))


def test_frames_after_the_limit_are_left_out_and_without_one_it_is_said(monkeypatch):
    first = GEI().embed(WALK.take(np.arange(2)))
    assert_close(GEI().embed(WALK, limit=2), first)
    monkeypatch.setattr("meshgait.nn.embed.MOST_FRAMES", 2)
    with pytest.warns(UserWarning, match="1 of 1 sequences only the first 2 .* longest has 6 "):
        assert_close(GEI().embed(WALK), first)


def test_what_cannot_be_embedded_is_refused_and_the_model_stays_in_training():
    model = SMPLGait(SMPLGait.Config(width=1 / 16)).train()
    with pytest.raises(DataError, match="needs silhouette and smpl; the sequence has no smpl"):
        model.embed(WALK)
    assert model.training
    with pytest.raises(DataError, match="no sequence to embed"):
        model.embed([])
