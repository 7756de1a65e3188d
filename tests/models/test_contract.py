"""What every model promises; a new one is tested as soon as it is exported."""

import importlib
import inspect
import io
import pkgutil
from dataclasses import asdict, fields, is_dataclass

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from meshgait import models
from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.evaluation import embed
from meshgait.sequence import GaitSequence
from meshgait.zoo.export import ANY, SUPPORT, to_program
from meshgait.zoo.inputs import random_clips as inputs
from tests.tolerance import rounding_of_network

IMAGES = ("silhouette", "pose_heatmap", "depth_image", "flow")

# Their export takes seconds, and each block of theirs is in a network that is exported here too.
LONG_TO_EXPORT = (
    "DeepGaitV2", "FusionGait", "GaitGL", "GaitGraph", "GaitGraph2", "HybridGait", "LidarGait",
    "MSGG", "MTSGait", "MeshGait", "MultiGaitPP", "PoseGait", "SkeletonGCN", "SkeletonGait",
    "SkeletonGaitPP", "SwinGait", "XGait",
)  # fmt: skip

MODELS = [getattr(models, name) for name in models.networks()]
every_model = pytest.mark.parametrize("model_class", MODELS)
every_network = pytest.mark.parametrize(
    "model_class", [m for m in MODELS if hasattr(m.Config, "width")]
)


# What narrow networks still take seconds for.
SIMPLER = {
    "LidarGaitPP": {"centres": (64, 32, 16), "count": 8},
    "HybridGait": {"window": 6, "layers": 1},
    "MeshGait": {"markers": 8, "vertices": 40, "depth": 4},
    "SwinGait": {"depths": (1, 1, 2, 1)},
}


def small(model_class, **options):
    """The model as narrow as it goes; one without a width has no weights."""
    narrow = {"width": 1 / 16} if hasattr(model_class.Config, "width") else {}
    settings = narrow | SIMPLER.get(model_class.__name__, {}) | options
    return model_class(model_class.Config(**settings)).eval()


def test_what_has_no_width_has_no_weights():
    without = [model_class for model_class in MODELS if not hasattr(model_class.Config, "width")]
    assert not [weight for model_class in without for weight in model_class().parameters()]


def padded(clips, lengths):
    """The first frames of each clip, garbage after them, and the mask."""
    time = next(iter(clips.values())).shape[1]
    mask = torch.arange(time) < torch.tensor(lengths)[:, None]
    rotten = {}
    for name, clip in clips.items():
        garbage = clip.new_full((), torch.nan if clip.is_floating_point() else 255)
        real = mask.reshape(*mask.shape, *[1] * (clip.ndim - 2))
        rotten[name] = torch.where(real, clip, garbage)
    return rotten, mask


class Walks(list):
    """Sequences as a data set."""

    @property
    def records(self):
        return [walk.record for walk in self]


def test_every_model_is_exported():
    found = set()
    for file in pkgutil.iter_modules(models.__path__):
        module = importlib.import_module(f"meshgait.models.{file.name}")
        for name, thing in inspect.getmembers(module, inspect.isclass):
            is_model = issubclass(thing, nn.Module) and hasattr(thing, "Config")
            if is_model and thing.__module__ == module.__name__:
                found.add(name)
    assert found == set(models.networks())


@every_model
def test_it_says_what_it_eats_and_how_it_is_configured(model_class):
    config = model_class.Config()
    assert is_dataclass(config)
    assert config.__dataclass_params__.frozen
    assert all(field.default is not None for field in fields(config))
    arguments = dict(list(inspect.signature(model_class.forward).parameters.items())[1:])
    read = [name for name in arguments if name in (*model_class.inputs, "mask")]
    assert read == [*model_class.inputs, "mask"]
    assert model_class.inputs
    more = [argument.default for name, argument in arguments.items() if name not in read]
    assert more == [None] * len(more)  # what another configuration reads


@every_model
def test_it_gives_one_finite_embedding_per_sequence(model_class):
    model = small(model_class)
    embedding = model(**inputs(model, 3, 4))
    assert embedding.shape == (3, *model.embedding_shape)
    assert embedding.isfinite().all()
    assert embedding.std() > 0


@every_model
def test_padding_does_not_change_the_embedding(model_class):
    model = small(model_class).double()
    clips, lengths = inputs(model, 3, 6), [6, 2, 4]
    batch, mask = padded(clips, lengths)
    alone = [
        model(**{name: clip[[i], :n] for name, clip in clips.items()})
        for i, n in enumerate(lengths)
    ]
    alone = torch.cat(alone)
    assert_close(model(**batch, mask=mask), alone, **rounding_of_network(model, alone))
    longer = {name: torch.cat([clip, clip], dim=1) for name, clip in batch.items()}
    longer_mask = torch.cat([mask, torch.zeros_like(mask)], dim=1)
    assert torch.equal(model(**batch, mask=mask), model(**longer, mask=longer_mask))


@every_model
def test_frames_that_the_mask_leaves_out_might_as_well_not_be_there(model_class):
    model = small(model_class).double()
    clips = inputs(model, 2, 7)
    mask = torch.tensor([[0, 1, 0, 0, 1, 1, 0], [1, 1, 0, 1, 0, 1, 1]]).bool()
    alone = [
        model(**{name: clip[i, mask[i]].unsqueeze(0) for name, clip in clips.items()})
        for i in range(2)
    ]
    alone = torch.cat(alone)
    assert_close(model(**clips, mask=mask), alone, **rounding_of_network(model, alone))


@every_network
def test_padding_does_not_change_the_training(model_class):
    def train(clips, mask):
        torch.manual_seed(3)
        model = small(model_class).train()
        model(**clips, mask=mask).square().sum().backward()
        return model.state_dict(), [parameter.grad for parameter in model.parameters()]

    clips = inputs(small(model_class), 3, 6)
    batch, mask = padded(clips, [4, 2, 3])
    short = {name: clip[:, :4] for name, clip in batch.items()}
    state, gradient = train(short, mask[:, :4])
    padded_state, padded_gradient = train(batch, mask)
    assert_close(padded_state, state, rtol=0, atol=0)
    assert_close(padded_gradient, gradient, rtol=0, atol=0)


@every_model
def test_a_full_mask_is_no_mask(model_class):
    model = small(model_class)
    clips = inputs(model, 2, 3)
    assert torch.equal(model(**clips, mask=torch.ones(2, 3).bool()), model(**clips))


@every_model
def test_sequences_of_a_batch_do_not_see_each_other(model_class):
    model = small(model_class).double()
    clips = inputs(model, 3, 4)
    together = model(**clips)
    for i in range(3):
        alone = model(**{name: clip[[i]] for name, clip in clips.items()})
        assert_close(together[[i]], alone, **rounding_of_network(model, alone))


@every_network
def test_gradient_reaches_every_parameter(model_class):
    model = small(model_class)
    model(**inputs(model, 2, 3)).square().sum().backward()
    silent = [
        name
        for name, parameter in model.named_parameters()
        if parameter.grad is None or not parameter.grad.any()
    ]
    assert not silent


@every_model
def test_weights_and_config_survive_a_round_trip(model_class):
    model = small(model_class)
    file = io.BytesIO()
    torch.save({"config": asdict(model.config), "weights": model.state_dict()}, file)
    file.seek(0)
    stored = torch.load(file, weights_only=True)
    again = model_class(model_class.Config(**stored["config"])).eval()
    again.load_state_dict(stored["weights"])
    assert again.config == model.config
    clips = inputs(model, 2, 3)
    assert torch.equal(again(**clips), model(**clips))


@pytest.mark.parametrize(
    "model_class",
    [
        pytest.param(m, marks=pytest.mark.slow if m.__name__ in LONG_TO_EXPORT else ())
        for m in MODELS
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_it_can_be_exported_for_any_batch_and_length(model_class):
    support = SUPPORT.get(model_class.__name__, ANY)
    model = small(model_class, **dict(support.settings))
    if support.obstacle:
        with pytest.raises(ConfigError, match="cannot be exported"):
            to_program(model)
        return
    program = to_program(model, frames=max(3, support.least)).module()
    lengths = (support.least + 2, support.least + 6, support.least)
    for batch, time in zip((2, 5, 1), lengths if support.any_length else (3, 3, 3), strict=True):
        clips = inputs(model, batch, time)
        expected = model(**clips)
        assert_close(program(**clips), expected, **rounding_of_network(model, expected))


@every_model
def test_it_embeds_recorded_walks_as_the_evaluation_does(model_class):
    model = small(model_class).train()
    clips = inputs(model, 2, 5)
    walks = [
        GaitSequence("a", "nm", str(i), {n: clip[i, : 5 - i].numpy() for n, clip in clips.items()})
        for i in range(2)
    ]
    data = Walks(walks)
    expected = embed(model, data, progress=False).values
    bound = rounding_of_network(model, expected)
    assert_close(model.embed(walks), expected, **bound)
    assert_close(model.embed(walks[1]), expected[1], **bound)
    assert model.training


@every_network
@torch.no_grad()
def test_it_follows_the_type_of_its_weights_and_runs_in_half_precision(model_class):
    model = small(model_class)
    clips = inputs(model, 2, 3)
    expected = model(**clips)
    with torch.autocast("cpu", torch.bfloat16):
        half = model(**clips)
    # CSTL picks frames, and may pick another one.
    loose = 0.2 if model_class is models.CSTL else 0.05
    assert_close(half.float(), expected, rtol=0.1, atol=loose * float(expected.abs().max()))
    double = model.double()(**clips)
    assert double.dtype == torch.float64
    assert_close(double, expected.double(), **rounding_of_network(model, double, torch.float32))


@every_network
def test_its_weights_can_be_counted_without_a_byte_of_memory(model_class):
    with torch.device("meta"):
        model = model_class()
    assert all(weight.is_meta for weight in model.parameters())


@every_model
def test_inputs_are_left_as_they_are(model_class):
    model = small(model_class)
    clips = inputs(model, 2, 3)
    before = {name: clip.clone() for name, clip in clips.items()}
    model(**clips)
    assert all(torch.equal(clips[name], before[name]) for name in clips)


@every_model
def test_a_sequence_without_frames_is_refused(model_class):
    model = small(model_class)
    mask = torch.tensor([[True, True], [False, False]])
    with pytest.raises(DataError, match="sequence 1 of the batch"):
        model(**inputs(model, 2, 2), mask=mask)


@every_model
def test_bytes_and_floats_are_the_same_images(model_class):
    model = small(model_class)
    clips = inputs(model, 2, 2)
    floats = {name: clip.float() / 255 if name in IMAGES else clip for name, clip in clips.items()}
    assert torch.equal(model(**clips), model(**floats))


@every_model
@pytest.mark.usefixtures("unchecked")
def test_images_of_another_size_are_refused(model_class):
    model = small(model_class)
    clips = inputs(model, 1, 2)
    for name, clip in clips.items():
        if clip.dtype == torch.uint8:
            wrong = clips | {name: torch.zeros(*clip.shape[:-2], 128, 88, dtype=torch.uint8)}
            with pytest.raises(ShapeError, match="got 128 x 88"):
                model(**wrong)


@pytest.mark.gpu
@every_model
@torch.no_grad()
def test_on_a_gpu_it_gives_the_same(model_class):
    model = small(model_class).double()
    clips = inputs(model, 2, 4)
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 1]]).bool()
    expected = model(**clips, mask=mask)
    found = model.cuda()(**{name: clip.cuda() for name, clip in clips.items()}, mask=mask.cuda())
    # Bytes become float32, which a GPU divides by 255 in another way.
    assert_close(found.cpu(), expected, **rounding_of_network(model, expected, torch.float32))
