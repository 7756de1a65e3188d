import dataclasses

import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import ConfigError, DataError, ShapeError
from meshgait.models import MultiGaitPP, multigaitpp
from meshgait.models.multigaitpp import _Share

SMALL = {"width": 1 / 16, "depths": (1, 1, 1, 1)}


def images(*shape):
    return torch.randint(0, 12, (1, 3, *shape), dtype=torch.uint8)


def test_what_is_common_and_what_is_not_add_up_to_both():
    """As the shares say: half of the sum, and each one's part of itself, by the same weight."""
    share, one, other = _Share(8).eval().double(), *torch.rand(2, 5, 8, 6, 4).double()
    common, own, others = share(one, other)
    first = torch.stack([share.of_first(one), share.of_second(other)]).softmax(0)
    least = first.amin(0)
    weight = (least - least.amin(1, keepdim=True)) / (
        least.amax(1, keepdim=True) - least.amin(1, keepdim=True) + 1e-6
    )
    assert_close(common, (one + other) / 2 * weight)
    assert_close(own, one * (1 - weight) * first[0])
    assert_close(others, other * (1 - weight) * first[1])


@pytest.mark.parametrize(
    ("config", "names"),
    [
        (MultiGaitPP.Config(), ("silhouette", "parsing")),
        (multigaitpp.GREW, ("silhouette", "flow")),
        (multigaitpp.SUSTECH1K, ("silhouette", "parsing", "flow")),
    ],
)
def test_each_network_reads_what_its_data_set_has(config, names):
    model = MultiGaitPP(dataclasses.replace(config, **SMALL)).eval()
    assert model.inputs == names
    clips = {n: images(3, 64, 44) if n == "flow" else images(64, 44) for n in names}
    expected = model(**clips)
    for name in names:
        changed = clips | {name: 255 - clips[name]}
        assert not torch.allclose(model(**changed), expected)
        with pytest.raises(DataError, match=f"there is no {name}"):
            model(**{other: clip for other, clip in clips.items() if other != name})


@pytest.mark.usefixtures("unchecked")
def test_streams_that_make_no_sense_are_refused():
    for streams in ({"first": ()}, {"second": ("silhouette",)}):
        with pytest.raises(ConfigError, match="each stream needs images of its own"):
            MultiGaitPP.Config(**streams)
    with pytest.raises(ConfigError, match="reads some of silhouette, parsing, flow, not 'rgb'"):
        MultiGaitPP.Config(second=("rgb",))
    model = MultiGaitPP(dataclasses.replace(multigaitpp.GREW, **SMALL))
    with pytest.raises(ShapeError, match=r"flow must have 3 channel\(s\)"):
        model(images(64, 44), flow=images(64, 44))
