import pytest
import torch
from torch.testing import assert_close

from meshgait.models import ASTSN


@pytest.mark.parametrize("residual", [True, False])
def test_it_is_the_attended_mean_of_the_states(residual):
    model = ASTSN(ASTSN.Config(residual=residual, width=1 / 16)).double().eval()
    silhouette = torch.rand(1, 5, 64, 44, dtype=torch.float64)
    maps = model.backbone(silhouette[0].unsqueeze(1))
    attention = torch.sigmoid(model.where(maps))
    seen = maps * attention + (maps if residual else 0)
    state, states = torch.zeros(1, 1, 16, dtype=torch.float64), []
    for frame in seen.mean((2, 3)):
        state = model.gates(frame.view(1, 1, -1), state)[1]
        states.append(state[0, 0])
    score = torch.stack([model.when(state) for state in states])
    summary = (score.softmax(0) * torch.stack(states)).sum(0)
    assert_close(model(silhouette)[0, 0], model.head(summary))


def test_the_order_of_frames_matters():
    model = ASTSN(ASTSN.Config(width=1 / 16)).double().eval()
    silhouette = torch.rand(1, 5, 64, 44, dtype=torch.float64)
    assert not torch.allclose(model(silhouette), model(silhouette.flip(1)), rtol=1e-12, atol=0)
