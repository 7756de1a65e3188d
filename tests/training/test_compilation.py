from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ConfigError, DependencyError
from meshgait.models import SLN, FusionGait
from meshgait.training.compilation import compile_network
from meshgait.training.fit import fit
from meshgait.training.optimizers import Sgd
from tests.small_training import DATA, RECIPE, tiny

CPU = torch.device("cpu")


def test_without_a_compiler_a_sentence_says_so(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(DependencyError, match=r"there is no g\+\+ and no clang\+\+.*install g\+\+"):
        compile_network(torch.nn.Linear(1, 1), CPU)
    monkeypatch.setenv("CXX", "nothing-there")
    with pytest.raises(DependencyError, match="there is no nothing-there;"):
        compile_network(torch.nn.Linear(1, 1), CPU)


@pytest.mark.usefixtures("unchecked")
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf")
@pytest.mark.parametrize("network", [SLN, FusionGait])
def test_a_compiled_training_learns_the_same(tmp_path, network):
    ends = []
    for compiled in (False, True):
        model, criterion = tiny(network)
        for part in model.modules():
            if isinstance(part, torch.nn.Dropout):
                part.p = 0.0  # compiled, it draws other numbers
        # Adam would turn rounding of the gradient into steps of full length.
        recipe = replace(RECIPE, steps=2, milestones=(), optimizer=Sgd(), compile=compiled)
        history = fit(model, DATA, recipe, loss=criterion, out=tmp_path / str(compiled))
        assert type(model) is network
        ends.append((history[-1]["loss"], model.state_dict()))
    assert_close(ends[1], ends[0], rtol=1e-3, atol=1e-5)


def test_a_loss_that_looks_into_the_network_cannot_have_it_compiled(tmp_path):
    model, criterion = tiny(SLN)
    criterion.describes, model.describe = True, model.forward
    with pytest.raises(ConfigError, match="IdentityLoss looks into the network"):
        fit(model, DATA, replace(RECIPE, compile=True), loss=criterion, out=tmp_path)
