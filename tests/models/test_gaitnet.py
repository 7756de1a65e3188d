import pytest
import torch
from torch.nn.functional import cross_entropy, mse_loss
from torch.testing import assert_close

from meshgait.disentangle import Decoder, DisentangleLoss
from meshgait.errors import ShapeError
from meshgait.models import GaitNet, gaitnet
from tests.golden import formula


def tiny():
    return GaitNet(GaitNet.Config(width=1 / 16))


def test_the_published_sizes():
    with torch.device("meta"):
        shapes = {name: tuple(w.shape) for name, w in GaitNet().named_parameters()}
    assert shapes["encoder.0.0.weight"] == (64, 3, 4, 4)
    assert shapes["encoder.7.0.weight"] == (512, 512, 3, 3)
    assert shapes["to_code.0.weight"] == (320, 4096)
    assert shapes["lstm.weight_ih_l0"] == (4 * 256, 64)
    assert GaitNet(gaitnet.FVG).embedding_shape == (1, 128)


def test_official_names_lead_to_all_weights():
    model = tiny()
    official = [f"netE.main.{i}.main.{j}.weight" for i in range(8) for j in (0, 1)]
    official += ["netE.flatten.0.weight", "netE.flatten.1.weight"]
    official += [f"lstm.lstm.weight_{kind}_l{i}" for kind in ("ih", "hh") for i in range(3)]
    official += [f"lstm.fc1.{i}.weight" for i in range(3)]
    ours = formula.translate(dict.fromkeys(official), gaitnet.OFFICIAL_NAMES)
    assert set(ours) == {name for name, _ in model.named_parameters() if "bias" not in name}


def test_looks_do_not_reach_the_embedding_but_through_the_gait():
    model = tiny().eval()
    rgb = torch.rand(1, 4, 3, 64, 32)
    embedding = model(rgb)
    with torch.no_grad():
        model.to_code[0].weight[: model.appearance].normal_()
    assert torch.equal(model(rgb), embedding)


def test_the_decoder_mirrors_the_encoder():
    decoder = Decoder(320)
    assert decoder.trans[0].weight.shape == (4096, 320)
    assert decoder.main[1].weight.shape == (512, 256, 4, 4)
    picture = decoder(torch.randn(2, 320))
    assert picture.shape == (2, 3, 64, 32)
    assert ((picture >= 0) & (picture <= 1)).all()


def test_the_terms_are_those_of_the_definition():
    model = tiny().eval()
    loss = DisentangleLoss(model, num_ids=3).eval()
    first, second, label = *torch.rand(2, 2, 1, 3, 64, 32), torch.tensor([0, 2])
    terms = loss(model, first, second, label)  # one frame: no choice
    codes = [model.encode(clip[:, 0]) for clip in (first, second)]
    rebuilt = loss.decoder(torch.cat(codes[0], dim=1))
    assert_close(terms["reconstruction"], mse_loss(rebuilt, first[:, 0]))
    assert_close(terms["similarity"], 10 * mse_loss(codes[0][1], codes[1][1]))
    embedding = torch.cat([model(first), model(second)])[:, 0]
    entropy = cross_entropy(loss.classifier(embedding), label.repeat(2))
    assert_close(terms["identity"], entropy * (1 / 5) ** 2 / 10)


@pytest.mark.usefixtures("unchecked")
def test_pairs_of_other_lengths_are_refused():
    model = tiny()
    loss = DisentangleLoss(model, num_ids=3)
    first, second = torch.rand(2, 3, 3, 64, 32), torch.rand(2, 4, 3, 64, 32)
    with pytest.raises(ShapeError, match="both clips of a pair"):
        loss(model, first, second, torch.tensor([0, 1]))
