"""A network against the numbers of its original."""

import torch
from torch.testing import assert_close

from tests.golden import formula
from tests.tolerance import rounding_of_network


def assert_the_original_agrees(name, model, names, *, rtol=1e-9):
    """`model` gives the golden embedding: to rounding in float32, to `rtol` of its largest in 64.

    Returns the single precision embedding, the original's state dict and the golden arrays.
    """
    golden, meta = formula.load(name)
    state = formula.weights(meta)
    missing, unexpected = model.load_state_dict(formula.translate(state, names), strict=False)
    assert not unexpected
    assert all(key.endswith("num_batches_tracked") for key in missing)
    clips = [torch.from_numpy(golden[key]) for key in model.inputs]
    expected = torch.from_numpy(golden["out_embedding64"]).mT
    scale = float(expected.abs().max())
    model.eval()
    with torch.no_grad():
        single = model(*clips)
        bound = rounding_of_network(model, expected, torch.float32)
        assert_close(single.double(), expected, **bound)
        assert_close(model.double()(*clips), expected, rtol=0, atol=rtol * scale)
    return single, state, golden


def count_parameters(*modules):
    return sum(weight.numel() for module in modules for weight in module.parameters())
