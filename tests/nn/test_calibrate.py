import torch
from torch import nn

from meshgait.models import SMPLGait
from meshgait.nn import ConvStack, PartLinear, calibrate_


def outputs(model, **inputs):
    """Output of every convolution and part-wise map, by name."""
    found = {}
    handles = [
        layer.register_forward_hook(lambda _, __, y, name=name: found.__setitem__(name, y.clone()))
        for name, layer in model.named_modules()
        if isinstance(layer, (nn.Conv2d, PartLinear))
    ]
    model(**inputs)
    for handle in handles:
        handle.remove()
    return found


def clips():
    silhouette = torch.zeros(3, 4, 64, 44)
    silhouette[..., 8:56, 14:30] = (torch.rand(3, 4, 48, 16) > 0.3).float()
    return {"silhouette": silhouette, "smpl": torch.randn(3, 4, 85)}


def test_every_layer_gives_deviation_one_on_the_batch():
    model, batch = SMPLGait(SMPLGait.Config(width=1 / 16)), clips()
    calibrate_(model, **batch)
    model.eval()
    deviations = {name: y.std().item() for name, y in outputs(model, **batch).items()}
    assert len(deviations) == 7
    for name, deviation in deviations.items():
        assert abs(deviation - 1) < 1e-3, name


def test_flat_areas_give_nothing_after_the_first_layer():
    stack = ConvStack(1, ((8, 8),))
    calibrate_(stack, torch.randn(2, 1, 16, 16))
    flat = stack[2](torch.ones(1, 8, 9, 9))[..., 1:-1, 1:-1]
    assert flat.abs().max() < 1e-5


def test_the_spatial_transformation_starts_near_the_identity():
    model, batch = SMPLGait(SMPLGait.Config(width=1 / 16)), clips()
    calibrate_(model, **batch)
    matrix = model.transform.train()(torch.randn(50, 85))
    assert (matrix - torch.eye(16)).abs().mean() < 0.05


def test_mode_and_running_statistics_stay():
    model = SMPLGait(SMPLGait.Config(width=1 / 16)).train()
    model.transform.eval()
    before = {name: value.clone() for name, value in model.named_buffers()}
    calibrate_(model, **clips())
    assert model.training
    assert not model.transform.training
    for name, value in model.named_buffers():
        assert torch.equal(value, before[name]), name


def test_an_empty_picture_leaves_the_scale_alone():
    stack = ConvStack(1, ((8,),))
    before = stack[0].weight.clone()
    calibrate_(stack, torch.zeros(1, 1, 8, 8))
    torch.testing.assert_close(stack[0].weight, before)


def test_an_input_whose_filters_are_zero_might_as_well_not_be_there():
    both, alone = ConvStack(2, ((8, 8),)), ConvStack(1, ((8, 8),))
    with torch.no_grad():
        both[0].weight[:, 1] = 0
        for ours, theirs in zip(both.parameters(), alone.parameters(), strict=True):
            theirs.copy_(ours[:, :1] if ours.shape[1:2] == (2,) else ours)
    x = torch.randn(2, 2, 16, 16)
    calibrate_(both, x)
    calibrate_(alone, x[:, :1])
    assert not both[0].weight[:, 1].any()
    torch.testing.assert_close(both(x), alone(x[:, :1]))
