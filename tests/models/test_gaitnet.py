import pytest
import torch
from torch.nn.functional import cross_entropy, mse_loss
from torch.testing import assert_close

from meshgait.errors import DataError, ShapeError
from meshgait.losses.disentangle import Decoder, DisentangleLoss
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
    rgb, label = torch.rand(4, 3, 3, 64, 32), torch.tensor([0, 0, 2, 2])
    embedding, images, appearance, gait, story = model.describe(rgb)
    terms = loss(embedding, label, images, appearance[:, :1].expand_as(appearance), gait, story)
    rebuilt = 0.0
    for clip in (0, 2):
        for frame in range(3):
            code = torch.cat([appearance[clip, 0], gait[clip, frame]])
            rebuilt += mse_loss(loss.decoder(code[None])[0], rgb[clip, frame]) / 2
    assert_close(terms["reconstruction"], rebuilt)
    average = [gait[clip].mean(0) for clip in range(4)]
    apart = (mse_loss(average[0], average[1]) + mse_loss(average[2], average[3])) / 2
    assert_close(terms["similarity"], 10 * apart)
    identity = 0.0
    for frame in range(1, 4):
        entropy = cross_entropy(loss.classifier(model(rgb[:, :frame])[:, 0]), label)
        identity += (frame / 5) ** 2 / 10 * entropy / 3
    assert_close(terms["identity"], identity)


def test_what_is_described_is_what_is_embedded():
    model, rgb = tiny().eval(), torch.randint(0, 256, (2, 3, 3, 64, 32), dtype=torch.uint8)
    embedding, images, *_ = model.describe(rgb)
    assert_close(embedding, model(rgb))
    assert_close(images, rgb / 255)


def test_what_is_no_pair_is_refused():
    model = tiny()
    loss = DisentangleLoss(model, num_ids=3)
    for label in ([0, 1, 0, 1], [0, 0, 1]):
        embedding, *rest = model.describe(torch.rand(len(label), 2, 3, 64, 32))
        with pytest.raises(DataError, match="learns from pairs"):
            loss(embedding, torch.tensor(label), *rest)
    with pytest.raises(ShapeError, match="one length"):
        model.describe(torch.rand(2, 2, 3, 64, 32), torch.tensor([[True, True], [True, False]]))
