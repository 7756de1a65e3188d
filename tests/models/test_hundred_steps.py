"""Every network trains on SyntheticGait, through `fit`: make test-slow."""

import numpy as np
import pytest

from meshgait.data import ContinuousFrames, SubjectsAndClips
from meshgait.data.preparation.derived import Derived
from meshgait.data.preparation.drawings import DERIVATIONS
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.training.criterion import Loss
from meshgait.training.fit import fit
from meshgait.training.optimizers import Adam
from meshgait.training.recipe import Recipe
from tests.models.test_contract import every_network, small

STEPS = 100
PEOPLE = 6
LOSSES = {
    "MeshGait": Loss({"triplet": 1, "neck": 1, "consistency": 1}),
    "MSGG": Loss({"triplet": 1, "finer": 1, "normed": 1}),
    "GaitNet": Loss({"disentangle": 1}),
    "CSTL": Loss({"triplet": 1, "salience": 1}),
    "RefineGait": Loss({"triplet": 1, "neck": 1, "consistency": 1, "cover": 1, "shape": 0.1}),
    "GaitGraph2": Loss({"contrast": 1}, temperature=0.07, base=0.07),
}


@pytest.fixture(scope="module")
def walkers(tmp_path_factory):
    config = WildConfig(clips=4, frames=(14, 18))
    cache = tmp_path_factory.mktemp("walkers")
    return SyntheticGait("train", identities=PEOPLE, config=config, cache=cache, progress=False)


@pytest.mark.slow
@every_network
def test_its_loss_falls_in_a_hundred_steps(model_class, walkers, tmp_path):
    model = small(model_class)
    derived = [name for name in model.inputs if name in DERIVATIONS and name != "silhouette"]
    recipe = Recipe(
        steps=STEPS,
        batch=SubjectsAndClips(PEOPLE, 2),
        frames=ContinuousFrames(8),
        loss=LOSSES.get(model_class.__name__, Loss({"triplet": 1, "neck": 1})),
        optimizer=Adam(lr=2e-3),
        milestones=(),
        log_every=1,
    )
    history = fit(model, Derived(walkers, derived), recipe, out=tmp_path)
    losses = np.array([row["loss"] for row in history])
    assert len(losses) == STEPS
    assert losses[-20:].mean() < 0.97 * losses[:20].mean()
