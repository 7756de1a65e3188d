import pytest
import torch
from torch.testing import assert_close

from meshgait.losses.part_classifiers import SalientCrossEntropy
from meshgait.models import CSTL, cstl
from tests.golden import formula
from tests.models.originals import assert_the_original_agrees, count_parameters

SHAPES = {
    "conv2d_1.forward_block.conv2d.weight": (32, 1, 3, 3),
    "conv2d_2.forward_block.conv2d.weight": (64, 32, 3, 3),
    "conv2d_3.forward_block.conv2d.weight": (128, 64, 3, 3),
    "conv2d_4.forward_block.conv2d.weight": (128, 128, 3, 3),
    "multi_scale.score.0.weight": (256, 128, 1),
    "multi_scale.score.1.weight": (256,),
    "multi_scale.score.3.weight": (4096, 8, 1),
    "multi_scale.short_term.0.0.weight": (4096, 128, 3),
    "multi_scale.short_term.0.1.weight": (4096,),
    "multi_scale.short_term.1.0.weight": (4096, 128, 3),
    "multi_scale.short_term.1.1.weight": (4096,),
    "adaptive_aggregation.in_conv.weight": (768, 384, 1),
    "adaptive_aggregation.out_conv.weight": (12288, 24, 1),
    "salient_learning.part_score.0.weight": (768, 384, 1),
    "salient_learning.part_score.1.weight": (768,),
    "salient_learning.part_score.3.weight": (32, 24, 1),
    "salient_learning.decay_channel.weight": (4096, 384, 1),
    "fc_bin": (32, 384, 256),
}


@pytest.mark.parametrize(("size", "parameters"), [((64, 44), 9_091_360), ((128, 88), 17_933_344)])
def test_parameters_are_as_many_as_published(size, parameters):
    with torch.device("meta"):
        model = CSTL(CSTL.Config(size=size))
        loss = SalientCrossEntropy(size[0] // 2, 128, num_ids=74)
    assert count_parameters(model, loss) == parameters


def test_official_names_lead_to_weights_of_their_shapes():
    with torch.device("meta"):
        model = CSTL()
    ours = {name: tuple(weight.shape) for name, weight in model.named_parameters()}
    translated = formula.translate(SHAPES, cstl.OFFICIAL_NAMES)
    biases = {name for name in ours if name.endswith("bias")}
    assert translated == {name: shape for name, shape in ours.items() if name not in biases}


def test_the_original_gives_the_same_numbers():
    model = CSTL()
    _, state, golden = assert_the_original_agrees("cstl", model, cstl.OFFICIAL_NAMES)
    salient = model.float().describe(torch.from_numpy(golden["silhouette"]))[1]
    for part in (0, 31):
        mean, variance, weight, bias = (
            state[f"salient_learning.bn.{part}.{name}"]
            for name in ("running_mean", "running_var", "weight", "bias")
        )
        normal = (salient[:, part] - mean) / (variance + 1e-5).sqrt() * weight + bias
        logits = normal @ state["salient_learning.fc"][0]
        expected = torch.from_numpy(golden["out_logits"])[:, :, part]
        assert_close(logits, expected, rtol=1e-4, atol=1e-4 * float(expected.abs().max()))


def test_the_definition_part_by_part():
    """Every layer of the description again, for one walk, in loops over parts and scales."""
    model = CSTL(CSTL.Config(width=1 / 16)).double().eval()
    for norm in (module for module in model.modules() if hasattr(module, "running_mean")):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 1.5)
    silhouette = torch.rand(1, 5, 64, 44, dtype=torch.float64)
    maps = model.backbone(silhouette[0].unsqueeze(1))
    x = (maps.amax(3) + maps.mean(3)).permute(2, 1, 0)  # (P, C, T)
    flat = x.flatten(0, 1).unsqueeze(0)  # (1, P * C, T), as the groups of a convolution
    near = model.short[0](flat)
    short = (near + model.short[1](near)).view_as(x)

    def grouped(layers, features):
        for layer in layers:
            if isinstance(layer, torch.nn.Conv1d):
                features = torch.nn.functional.conv1d(features, layer.weight, groups=32)
            else:
                features = layer(features)
        return features

    score = grouped(model.long_score, flat).sigmoid().view_as(x)
    long = ((x * score).sum(2, keepdim=True) / score.sum(2, keepdim=True)).expand_as(x)
    scales = [x, x + short, x + short + long]
    weight = grouped(model.attention, torch.cat(scales, 1).flatten(0, 1)[None]).sigmoid()
    weight = weight.view(32, 3, *x.shape[1:])
    summary = (torch.stack(scales, 1) * weight).sum((1, 3)) / weight.sum((1, 3))
    together = torch.cat([x, short, long], 1).flatten(0, 1)[None]
    salience = grouped(model.salience, together).sigmoid()[0].unsqueeze(1)
    decayed = grouped([model.decay], together).view_as(x)
    salient = (decayed * salience).sum(2) / salience.sum(2)
    selected = torch.stack([x[p, :, salience[p, 0].argmax()] for p in range(32)])
    parts = torch.cat([torch.nn.functional.leaky_relu(summary, 0.01), salient, selected], dim=1)
    expected = torch.einsum("pc,pcd->pd", parts, model.head.weight)
    embedding, found = model.describe(silhouette)
    assert_close(embedding[0], expected)
    assert_close(found[0], salient)
