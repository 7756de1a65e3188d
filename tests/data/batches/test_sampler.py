import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from meshgait.data import SubjectsAndClips, TrainingBatches, UnorderedFrames
from meshgait.errors import ConfigError, DataError
from meshgait.sequence import GaitSequence


class Clips:
    """One clip per entry of `subjects`, its frames filled with its index."""

    def __init__(self, subjects):
        self.sequences = [
            GaitSequence(subject, "nm", str(i), {"silhouette": np.full((9, 2, 2), i, np.uint8)})
            for i, subject in enumerate(subjects)
        ]
        self.records = [sequence.record for sequence in self.sequences]

    def __len__(self):
        return len(self.sequences)

    def __getitem__(self, index):
        return self.sequences[index]


def batches(subjects, people=3, clips=4, **options):
    options = {"seed": 5, "modalities": ["silhouette"], "frames": UnorderedFrames(6)} | options
    return TrainingBatches(Clips(subjects), shape=SubjectsAndClips(people, clips), **options)


def test_a_batch_has_p_people_with_k_different_clips_each():
    source = batches([f"{i % 7}" for i in range(50)])
    for step in range(20):
        batch = source[step]
        labels, counts = batch.label.unique(return_counts=True)
        assert len(labels) == 3
        assert counts.tolist() == [4, 4, 4]
        clips = batch.inputs["silhouette"][:, 0, 0, 0].tolist()
        assert len(set(clips)) == 12
        assert [clip % 7 for clip in clips] == batch.label.tolist()
        assert batch.inputs["silhouette"].shape == (12, 6, 2, 2)


def test_everybody_gets_their_turn():
    source = batches([f"{i % 7}" for i in range(50)])
    seen = torch.cat([source[step].inputs["silhouette"][:, 0, 0, 0] for step in range(60)])
    assert set(seen.tolist()) == set(range(50))


def test_a_batch_depends_on_seed_and_step_and_on_nothing_else():
    subjects = [f"{i % 7}" for i in range(50)]
    straight = [batches(subjects)[step].inputs["silhouette"] for step in range(6)]
    source = batches(subjects)
    again = [source[step].inputs["silhouette"] for step in (5, 3, 4)]
    assert all(torch.equal(a, straight[i]) for a, i in zip(again, (5, 3, 4), strict=True))
    assert not torch.equal(straight[0], straight[1])
    assert not torch.equal(straight[0], batches(subjects, seed=6)[0].inputs["silhouette"])
    loader = DataLoader(source, batch_size=None, sampler=range(6), num_workers=2)
    for expected, batch in zip(straight, loader, strict=True):
        assert torch.equal(batch.inputs["silhouette"], expected)


def test_processes_share_one_batch_without_overlap():
    subjects = [f"{i % 7}" for i in range(50)]
    whole = batches(subjects)[3]
    shares = [batches(subjects, rank=rank, world_size=4)[3] for rank in range(4)]
    together = torch.stack([share.inputs["silhouette"] for share in shares], 1).flatten(0, 1)
    assert torch.equal(together, whole.inputs["silhouette"])
    with pytest.raises(ConfigError, match="3 x 4 clips cannot be shared by 5"):
        batches(subjects, world_size=5)


def test_small_data_gives_smaller_batches_and_a_warning():
    with pytest.warns(UserWarning, match="2 people, so batches have 2 instead of 8"):
        source = batches(["x", "y", "y"], people=8)
    batch = source[0]
    assert torch.bincount(batch.label).tolist() == [4, 4]
    clips = batch.inputs["silhouette"][:, 0, 0, 0]
    assert sorted(clips[batch.label == 1].tolist()) == [1, 1, 2, 2]  # as evenly as can be


def test_classes_are_the_sorted_subjects():
    assert batches(["b", "a", "c", "a"]).subjects == ["a", "b", "c"]
    assert batches(["b", "a", "c", "a"]).labels.tolist() == [1, 0, 2, 0]


def test_one_person_cannot_be_told_from_anybody():
    with pytest.raises(DataError, match="two people or more, got 1"):
        batches(["x", "x"])
    with pytest.raises(ConfigError, match="got 1 x 4"):
        SubjectsAndClips(1, 4)


def test_a_modality_that_the_data_lacks_is_named():
    source = batches(["x", "y", "z"], modalities=["silhouette", "smpl"])
    with pytest.raises(DataError, match="has no smpl, only silhouette"):
        source[0]


def test_two_people_with_a_clip_each_are_a_batch():
    assert SubjectsAndClips(2, 1).subjects == 2
    for people, clips in ((1, 1), (2, 0)):
        with pytest.raises(ConfigError, match="2 subjects or more and 1 clip or more"):
            SubjectsAndClips(people, clips)
