import numpy as np
import pytest

from meshgait.body import Body
from meshgait.data import SubjectsAndClips, TrainingBatches, UnorderedFrames
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.endless import EndlessGait
from meshgait.data.synthetic.render_clip import WildConfig, render_clip
from meshgait.errors import ConfigError

SMALL = WildConfig(clips=2, frames=(12, 14), occluded=0.0)


def make(**options):
    return EndlessGait(**{"identities": 500, "seed": 5, "config": SMALL} | options)


def test_a_clip_is_a_function_of_seed_and_index():
    data, again, other = make(), make(identities=900), make(seed=6)
    for name in ("silhouette", "smpl"):
        np.testing.assert_array_equal(data[999].frames[name], again[999].frames[name])
    assert not np.array_equal(data[999].frames["smpl"][:9], other[999].frames["smpl"][:9])
    assert data.clip(999).record.subject == data.records[999].subject


def test_it_is_filmed_as_the_stored_data_are():
    data = make()
    expected = render_clip(Body.embedded(), data.clip(3), SMALL)
    for name in ("silhouette", "smpl"):
        np.testing.assert_array_equal(data[3].frames[name], expected.frames[name])


def test_parameters_alone_are_those_of_the_film():
    whole, bare = make()[4], make(modalities=("smpl",))[4]
    assert set(bare.frames) == {"smpl"}
    np.testing.assert_array_equal(bare.frames["smpl"], whole.frames["smpl"])


def test_nobody_of_training_and_test_is_met(tmp_path):
    ours = make(identities=3)
    for split in ("train", "test"):
        theirs = SyntheticGait(
            split, identities=3, seed=5, config=SMALL, cache=tmp_path, progress=False
        )
        for index in range(0, 6, 2):
            betas = ours.clip(index).walk.motion.betas
            assert not np.allclose(betas, theirs.clip(index).walk.motion.betas)


def test_each_batch_brings_new_people():
    data = make(identities=10_000, modalities=("smpl",))
    shape, frames = SubjectsAndClips(4, 2), UnorderedFrames(3)
    batches = TrainingBatches(data, modalities=("smpl",), shape=shape, frames=frames, seed=0)
    people = [set(batches[step].label.tolist()) for step in range(4)]
    assert len(set.union(*people)) == 16
    assert batches[0].inputs["smpl"].shape == (8, 3, 85)


@pytest.mark.usefixtures("unchecked")
def test_what_it_does_not_have_is_refused():
    with pytest.raises(ConfigError, match="silhouette and smpl"):
        make(modalities=("depth",))
    with pytest.raises(ConfigError, match="a person or more"):
        make(identities=0)
