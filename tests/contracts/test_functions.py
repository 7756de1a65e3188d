"""Whatever torch is set to, and however arrays lie in memory, a function gives what it gives.

Or an error of ours. The functions are those of `__all__`: a new one needs its call in `calls.py`.
"""

import functools
import gc
import itertools

import numpy as np
import pytest
import torch
from torch import Tensor

from meshgait import modalities
from meshgait.errors import MeshgaitError
from tests.contracts.calls import BATCH, calls, leaves, mapped, public
from tests.modes import MODES

ROOMS = ["render", "modalities", "rotation", "Camera", "WeakPerspective", "Mesh", "Body"]
TERMS = 32  # of the longest sums that many threads or other strides share out anew
VERTICES = 6890  # which a sum on a GPU may share out
DOORS = [("render", name) for name in ("coverage", "mask", "rasterize", "softras")]
DOORS += [("Body", "forward")]
DOORS += [("modalities", n) for n in ("gait_cycle", "metric_depth_image", "normalized_coverage")]

IN_TIME = {"events", "flow", "normalized_flow"}  # which need frames one after another


def is_batch(leaf):
    return leaf.shape[:1] == (BATCH,)


def strided(leaf):
    """The same numbers, backwards or with gaps in memory."""
    if isinstance(leaf, np.ndarray):
        return leaf[..., ::-1].copy()[..., ::-1]
    return torch.stack([leaf, leaf], dim=-1)[..., 0]


def one_axis_more(leaf):
    return leaf[None] if is_batch(leaf) else leaf


def the_first_alone(leaf):
    return leaf[0, ...] if is_batch(leaf) else leaf


def learning(leaf):
    is_float = isinstance(leaf, Tensor) and leaf.is_floating_point()
    return leaf.detach().clone().requires_grad_() if is_float else leaf


def assert_same(found, expected, where, *, terms=0):
    """To the bit, or where sums may be taken in another order to that many times the rounding."""
    found, expected = leaves(found), leaves(expected)
    assert len(found) == len(expected), where
    for pair in zip(found, expected, strict=True):
        one, other = (np.asarray(x.detach() if isinstance(x, Tensor) else x) for x in pair)
        assert one.dtype == other.dtype, where
        is_float = terms and other.dtype.kind == "f" and other.size
        most = np.nanmax(np.abs(other)) * np.finfo(other.dtype).eps * terms if is_float else 0
        np.testing.assert_allclose(one, other, rtol=0, atol=most, err_msg=where)


@functools.cache
def plain(room, name):
    """What the plain call gives."""
    return calls()[room][name].run()


def each_call(room):
    return [(name, one) for name, one in calls()[room].items() if one is not None]


@pytest.mark.parametrize("room", ROOMS)
def test_every_public_function_is_called(room):
    extra = {"PartialBody", "pose_skeleton", "forward"} if room == "Body" else set()
    assert calls()[room].keys() - extra == public(room) - extra


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("mode", MODES)
def test_the_mode_of_the_caller_changes_nothing(room, mode):
    for name, one in each_call(room):
        expected = plain(room, name)
        with MODES[mode]():
            terms = TERMS if "thread" in mode else 0
            assert_same(one.run(), expected, f"{room}.{name}: {mode}", terms=terms)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("change", [strided, learning])
def test_how_arrays_lie_and_whether_they_learn_changes_nothing(room, change):
    for name, one in each_call(room):
        assert_same(
            one.run(change), plain(room, name), f"{room}.{name}: {change.__name__}", terms=TERMS
        )


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("change", [one_axis_more, the_first_alone])
def test_a_batch_of_batches_and_one_without_a_batch_give_what_they_give_in_a_batch(room, change):
    for name, one in each_call(room):
        given = leaves((one.args, one.kwargs))
        if not any(map(is_batch, given)) or (change is the_first_alone and name in IN_TIME):
            continue
        try:
            found = one.run(change)
        except MeshgaitError:
            continue
        expected = mapped(plain(room, name), change)
        assert_same(found, expected, f"{room}.{name}: {change.__name__}", terms=TERMS)


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.usefixtures("unchecked")
def test_an_empty_batch_gives_an_empty_result_or_an_error_of_ours(room):
    for name, one in each_call(room):
        if not any(is_batch(leaf) for leaf in leaves((one.args, one.kwargs))):
            continue
        try:
            found = one.run(lambda leaf: leaf[:0] if is_batch(leaf) else leaf)
        except MeshgaitError:
            continue
        for empty, whole in zip(leaves(found), leaves(plain(room, name)), strict=True):
            shape = (0, *whole.shape[1:]) if is_batch(whole) else empty.shape
            assert tuple(empty.shape) == tuple(shape), f"{room}.{name}"


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_function_kept_in_inference_mode_can_be_learnt_with_later(room):
    for _, one in each_call(room):
        forget()
        with torch.inference_mode():
            one.run()
        tensors = [x for x in leaves(one.run(learning)) if isinstance(x, Tensor)]
        learnt = [x.sum() for x in tensors if x.requires_grad]
        if learnt:
            torch.stack([x.float() for x in learnt]).nansum().backward()


def forget():
    """Empty what functions of ours and joint sets have kept."""
    for kept in gc.get_objects():
        if type(kept) is functools._lru_cache_wrapper and kept.__module__.startswith("meshgait"):
            kept.cache_clear()
    for joint_set in modalities.JOINT_SETS.values():
        joint_set.__dict__.pop("weights", None)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(("room", "name"), DOORS)
def test_the_compiler_leaves_our_kernels_alone(room, name):
    check_compiled(room, name)


@pytest.mark.fuzz
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("room", ROOMS)
def test_every_function_can_be_called_in_what_is_compiled(room):
    for name, _ in each_call(room):
        check_compiled(room, name)


@pytest.mark.gpu
@pytest.mark.parametrize("room", ["render", "modalities", "rotation", "Camera", "WeakPerspective"])
def test_on_a_gpu_a_function_gives_the_same(room):
    def double(leaf, device="cpu"):
        if not isinstance(leaf, Tensor):
            return leaf
        return (leaf.double() if leaf.is_floating_point() else leaf).to(device)

    for name, one in each_call(room):
        found = mapped(one.run(functools.partial(double, device="cuda")), double)
        assert_same(found, mapped(one.run(double), double), f"{room}.{name}", terms=VERTICES)


def check_compiled(room, name):
    one = calls()[room][name]
    torch.compiler.reset()

    def caller(*args, **kwargs):
        return one.function(*args, **kwargs)

    args, kwargs = mapped((one.args, one.kwargs), lambda leaf: leaf)
    found = torch.compile(caller, backend="eager")(*args, **kwargs)
    assert_same(found, one.run(), f"{room}.{name}", terms=TERMS)


@pytest.mark.fuzz
@pytest.mark.parametrize("room", ROOMS)
def test_no_two_modes_and_no_mode_with_a_change_of_arrays_change_anything(room):
    for name, one in each_call(room):
        expected = one.run()
        for outer, inner in itertools.permutations(MODES, 2):
            for change in (strided, learning):
                with MODES[outer](), MODES[inner]():
                    found = one.run(change)
                where = f"{room}.{name}: {outer}, {inner}, {change.__name__}"
                assert_same(found, expected, where, terms=TERMS)
