"""Whoever asks for a number that is too small is told the least, and the least is taken."""

from dataclasses import replace

import pytest
import torch
from scipy.sparse import csr_array

from meshgait.data.batches.frame_sampling import AllFrames, ContinuousFrames, UnorderedFrames
from meshgait.errors import ConfigError, ShapeError
from meshgait.nn import horizontal_pyramid
from meshgait.nn.graph.chebyshev import Chebyshev
from meshgait.nn.graph.feature_steered import FeatureSteered
from meshgait.nn.graph.graph_attention import GraphAttention, GraphAttentionV2
from tests.contracts.calls import calls

NEAR = csr_array([[0.0, 1.0], [1.0, 0.0]])


def of_modality(name, argument):
    """The function's own call in the matrix, with another value by name."""

    def run(value):
        one = calls()["modalities"][name]
        return replace(one, kwargs=one.kwargs | {argument: value}).run()

    return run


def points(count):
    one = calls()["modalities"]["points"]
    return replace(one, args=(one.args[0], count, one.args[2])).run()


def aligned_frames(samples):
    one = calls()["modalities"]["aligned_frames"]
    return replace(one, args=(one.args[0], samples)).run()


LEAST = {
    "all frames": (AllFrames, 1),
    "continuous frames": (ContinuousFrames, 1),
    "unordered frames": (UnorderedFrames, 1),
    "aligned frames": (aligned_frames, 1),
    "bins of frames": (of_modality("event_frames", "bins"), 1),
    "bins of voxels": (of_modality("event_voxels", "bins"), 1),
    "side of a picture": (of_modality("metric_depth_image", "side"), 1),
    "segments": (of_modality("cylinder_mesh", "segments"), 4),
    "points": (points, 1),
    "strips": (lambda n: horizontal_pyramid(torch.rand(1, 2, 4, 3), (n,)), 1),
    "heads": (lambda n: GraphAttention(4, 8, NEAR, heads=n), 1),
    "heads, the second way": (lambda n: GraphAttentionV2(4, 8, NEAR, heads=n), 1),
    "steered heads": (lambda n: FeatureSteered(4, 8, NEAR, heads=n), 1),
    "order": (lambda n: Chebyshev(4, 8, NEAR, order=n), 1),
}


@pytest.mark.parametrize("name", LEAST)
def test_the_least_is_taken_and_less_is_refused(name):
    ask, least = LEAST[name]
    assert ask(least) is not None
    with pytest.raises((ConfigError, ShapeError)):
        ask(least - 1)
