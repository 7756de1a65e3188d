from pathlib import Path

import numpy as np
import pytest
import torch

from meshgait import load_model
from meshgait.data import ContinuousFrames, SubjectsAndClips
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.evaluation import embed
from meshgait.evaluation.bootstrap import bootstrap
from meshgait.metrics import search
from meshgait.models import SLN
from meshgait.numerics import has_bf16, settle
from meshgait.training.criterion import Loss
from meshgait.training.devices import computing
from meshgait.training.fit import fit
from meshgait.training.optimizers import Adam
from meshgait.training.recipe import Recipe
from meshgait.zoo import random_clips

CPU = torch.device("cpu")
SHIPPED = ("sln-walkers", "skeletongcn-walkers")
PEOPLE = 12


def say(monkeypatch, **found):
    """Let the processor have these instructions and no other."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found, raising=False)


@pytest.mark.parametrize("instruction", ["amx_bf16", "avx512_bf16"])
def test_a_processor_with_either_instruction_computes_in_bf16(monkeypatch, instruction):
    say(monkeypatch, avx512_f=True, **{instruction: True})
    assert settle("auto", CPU) == "bf16"
    assert settle("fp32", CPU) == "fp32"


def test_a_processor_without_them_computes_in_fp32(monkeypatch):
    say(monkeypatch, avx512_f=True, amx_bf16=False)
    assert settle("auto", CPU) == "fp32"
    assert settle("bf16", CPU) == "bf16"


def test_a_torch_that_does_not_say_means_fp32(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert not has_bf16(CPU)


def test_the_choice_is_what_the_processor_says_of_itself():
    about = Path("/proc/cpuinfo")  # of Linux; Apple's processors have neither
    flags = set(about.read_text().split()) if about.exists() else set()
    assert has_bf16(CPU) == bool(flags & {"amx_bf16", "avx512_bf16"})


@pytest.mark.parametrize("able", [True, False])
def test_a_gpu_is_asked_for_its_own_and_not_for_emulated_bf16(monkeypatch, able):
    asked = []

    def supported(including_emulation=True):
        asked.append(including_emulation)
        return able

    monkeypatch.setattr(torch.cuda, "is_bf16_supported", supported)
    assert has_bf16(torch.device("cuda")) is able
    assert asked == [False]
    assert not has_bf16(torch.device("mps"))


@pytest.mark.parametrize("name", SHIPPED)
def test_an_embedding_in_bf16_is_off_by_a_rounding_for_each_layer(name):
    """A layer rounds what it reads and its weights, each by half an epsilon at most."""
    model = load_model(name)
    layers = sum(weight.ndim > 1 for weight in model.parameters())
    clips = random_clips(model, 4, 6)
    with torch.no_grad():
        exact = model(**clips).flatten(1)
        with computing("bf16", CPU):
            rough = model(**clips).float().flatten(1)
    error = (rough - exact).norm(dim=1) / exact.norm(dim=1)
    assert error.min() > 0  # it was computed in bf16
    assert error.max() <= layers * torch.finfo(torch.bfloat16).eps


@pytest.fixture(scope="module")
def walkers(tmp_path_factory):
    config, cache = WildConfig(clips=4, frames=(16, 18)), tmp_path_factory.mktemp("walkers")
    return {
        split: SyntheticGait(split, identities=PEOPLE, config=config, cache=cache, progress=False)
        for split in ("train", "test")
    }


def mean_ap(embeddings):
    """mAP of each person in percent; every clip searches among the others."""
    who = np.array([record.subject for record in embeddings.records])
    itself = np.arange(len(who))
    values = embeddings.values
    found = search(values, values, who, who, metric="cosine", exclude=(itself, itself))
    return np.array([100 * found.precision[who == person].mean() for person in np.unique(who)])


def scores(model, data, precision):
    with computing(precision, CPU):
        return mean_ap(embed(model, data, progress=False))


@pytest.mark.slow
@pytest.mark.parametrize("name", SHIPPED)
def test_scores_in_bf16_are_those_in_fp32_within_noise(name, walkers):
    model = load_model(name)
    exact, rough = (scores(model, walkers["test"], precision) for precision in ("fp32", "bf16"))
    noise = bootstrap([exact])
    assert noise.low <= rough.mean() <= noise.high
    assert not bootstrap([rough - exact]).excludes_zero


@pytest.mark.slow
def test_a_training_in_bf16_scores_as_one_in_fp32_within_noise(walkers, tmp_path):
    found = {}
    for precision in ("fp32", "bf16"):
        torch.manual_seed(0)
        model = SLN(width=1 / 8)
        recipe = Recipe(
            steps=60, batch=SubjectsAndClips(6, 2), frames=ContinuousFrames(8), milestones=(),
            loss=Loss({"triplet": 1, "classifier": 1}), optimizer=Adam(lr=2e-3),
            precision=precision,
        )  # fmt: skip
        fit(model, walkers["train"], recipe, out=tmp_path / precision)
        found[precision] = scores(model, walkers["test"], "fp32")
    assert not np.array_equal(found["bf16"], found["fp32"])
    assert not bootstrap([found["bf16"] - found["fp32"]]).excludes_zero
