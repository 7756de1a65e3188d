import functools
import multiprocessing
import os
import subprocess
import sys
import threading

import hypothesis
import numpy as np
import pytest
import torch
from hypothesis import strategies as st
from torch.testing import assert_close

from meshgait import render
from meshgait._threads import blocks, in_parallel
from meshgait.errors import DataError
from tests.render import shapes
from tests.tolerance import rounding

pytest.importorskip("numba")
fast = functools.partial(render.coverage, backend="numba")
slow = functools.partial(render.coverage, backend="reference")


def with_gradient(coverage, points, weight, *rest, **options):
    points = points.clone().requires_grad_()
    image = coverage(points, *rest, **options)
    (gradient,) = torch.autograd.grad((image * weight).sum(), points)
    return image.detach(), gradient


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("subpixels", [1, 2, 4])
@pytest.mark.parametrize("is_open", [False, True])
def test_image_and_gradient_equal_the_reference(subpixels, is_open, dtype):
    vertices, faces = shapes.figure()
    faces = faces[100:] if is_open else faces
    for size, scale in (((64, 44), 0.4), ((40, 90), 1.5), ((1, 7), 3.0), ((300, 300), 0.5)):
        points = shapes.turned(vertices, 3, size=size, scale=scale).to(dtype).double()
        weight = torch.randn(3, *size, dtype=torch.float64)
        expected = with_gradient(slow, points, weight, faces, size, subpixels=subpixels)
        points, weight = points.to(dtype), weight.to(dtype)
        image, gradient = with_gradient(fast, points, weight, faces, size, subpixels=subpixels)
        exact = dtype == torch.float64
        # An edge is cut at a few columns and rows, at numbers as large as the image.
        bound = rounding(dtype, terms=4, magnitude=max(size))
        assert_close(image.double(), expected[0], **bound)
        # In float32 now and then a pixel stands on the other side of the line of saturation.
        error = (gradient - expected[1]).norm() / expected[1].norm()
        assert error < (1e-9 if exact else 2e-3)


def test_gradient_equals_finite_differences():
    vertices, faces = shapes.figure()
    points = shapes.turned(vertices, 3, size=(40, 36), seed=2)
    weight = torch.randn(3, 40, 36, dtype=torch.float64)
    direction = torch.randn_like(points)

    def loss(x):
        return (fast(x, faces, (40, 36), subpixels=1) * weight).sum()

    _, gradient = with_gradient(fast, points, weight, faces, (40, 36), subpixels=1)
    step = 1e-6 * direction
    finite = (loss(points + step) - loss(points - step)) / 2e-6
    assert (gradient * direction).sum().item() == pytest.approx(finite.item(), rel=1e-5)


@pytest.mark.parametrize("count", [0, 1, 2, 15, 16, 17, 33, 70])
def test_any_number_of_frames_gives_each_frame_its_own_image(count):
    vertices, faces = shapes.sphere(1)
    points = shapes.turned(vertices, count, size=(20, 20)).float()
    expected = slow(points, faces, (20, 20))
    assert_close(
        fast(points, faces, (20, 20)), expected, **rounding(torch.float32, 4, magnitude=20)
    )


def test_rows_of_vertices_need_not_be_contiguous():
    vertices, faces = shapes.sphere(1)
    points = shapes.turned(vertices, 3, size=(20, 20)).float()
    padded = torch.cat([points, torch.full_like(points, torch.nan)], dim=-1)[..., :2]
    assert not padded.is_contiguous()
    assert_close(fast(padded, faces, (20, 20)), fast(points, faces, (20, 20)))


@hypothesis.settings(max_examples=50, deadline=None)
@hypothesis.given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from([1e-9, 0.1, 1.0, 7.0, 30.0, 1e4, 1e12]),
    snap=st.booleans(),
)
def test_any_finite_mesh_gives_finite_numbers_between_0_and_1(seed, scale, snap):
    random = np.random.default_rng(seed)
    points = torch.from_numpy(random.normal(size=(2, 19, 2)) * scale + 4)
    points = (points.round() if snap else points).float()
    faces = torch.from_numpy(random.integers(0, 19, size=(12, 3)))
    image, gradient = with_gradient(fast, points, torch.ones(2, 7, 9), faces, (7, 9))
    assert image.min() >= 0
    assert image.max() <= 1
    assert gradient.isfinite().all()
    if scale <= 30:
        assert_close(image.double(), slow(points.double(), faces, (7, 9)), atol=1e-5, rtol=0)


@pytest.mark.parametrize("count", [3, 40])
@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf, 1e19])
def test_a_single_bad_coordinate_is_found(value, count):
    vertices, faces = shapes.sphere(1)
    for place in ((0, 0, 0), (-1, -1, 1), (1, 17, 0)):
        points = shapes.turned(vertices, count).float()
        points[place] = value
        with pytest.raises(DataError, match="NaN"):
            fast(points, faces, (64, 64))


def test_without_gradients_nothing_is_kept_for_them():
    vertices, faces = shapes.sphere(1)
    points = shapes.turned(vertices, 3).float().requires_grad_()
    expected = fast(points, faces, (64, 64))
    assert expected.grad_fn is not None
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            image = fast(points, faces, (64, 64))
        assert image.grad_fn is None
        assert_close(image, expected.detach())


def test_changing_vertices_before_the_gradient_is_an_error():
    vertices, faces = shapes.sphere(1)
    leaf = shapes.turned(vertices, 3).float().requires_grad_()
    points = leaf * 1
    image = fast(points, faces, (64, 64))
    points += 1
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        image.sum().backward()


def test_gradients_can_be_asked_for_twice():
    vertices, faces = shapes.sphere(1)
    points = shapes.turned(vertices, 2).float().requires_grad_()
    image = fast(points, faces, (64, 64))
    first = torch.autograd.grad(image.sum(), points, retain_graph=True)[0]
    assert_close(torch.autograd.grad(image.sum(), points)[0], first)


def test_blocks_cover_all_frames_in_order():
    for total in (0, 1, 5, 16, 30, 100):
        parts = blocks(total, most=16)
        frames = range(total)
        assert [frame for part in parts for frame in frames[part]] == list(frames)
        assert all(1 <= len(frames[part]) <= 16 for part in parts)


def test_an_error_in_one_thread_reaches_the_caller():
    with pytest.raises(ZeroDivisionError):
        in_parallel(lambda x: 1 / x, [1, 2, 3, 0])
    assert in_parallel(lambda x: x + 1, range(9)) == list(range(1, 10))


def test_several_threads_may_render_at_once():
    vertices, faces = shapes.figure()
    points = shapes.turned(vertices, 40).float()
    expected, found = fast(points, faces, (64, 64)), {}

    def work(name):
        found[name] = fast(points, faces, (64, 64))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(torch.equal(image, expected) for image in found.values())
    assert len(found) == 4


class Silhouettes(torch.utils.data.Dataset):
    def __init__(self):
        vertices, self.faces = shapes.sphere(1)
        self.points = shapes.turned(vertices, 8 * 40).float().unflatten(0, (8, 40))

    def __len__(self):
        return len(self.points)

    def __getitem__(self, index):
        torch.set_num_threads(2)  # DataLoader chose one: our threads must survive the fork too
        try:
            return fast(self.points[index], self.faces, (32, 32))
        finally:
            torch.set_num_threads(1)  # torch's own threads do not


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_workers_render_after_their_parent_has():
    threads, data = torch.get_num_threads(), Silhouettes()
    expected = torch.stack([data[i] for i in range(8)])
    torch.set_num_threads(threads)
    loader = torch.utils.data.DataLoader(
        data, batch_size=4, num_workers=2, multiprocessing_context="fork", timeout=60
    )
    for _ in range(2):
        assert_close(torch.cat(list(loader)), expected)
        assert_close(data[0], expected[0])
    torch.set_num_threads(threads)


def test_kernels_are_compiled_once_for_all_processes(tmp_path):
    script = (
        "from meshgait.render.contour_numba import _find, contour, tables\n"
        "from meshgait.mesh import Topology\n"
        "import numpy as np\n"
        "contour(np.zeros((1, 3, 2), np.float32), tables(Topology(np.array([[0, 1, 2]]))))\n"
        "print(sum(_find.stats.cache_hits.values()))"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONWARNINGS": "ignore"}
    run = functools.partial(
        subprocess.run, [sys.executable, "-c", script], env=environment, capture_output=True
    )
    assert [run(check=True).stdout.strip() for _ in range(2)] == [b"0", b"1"]


@pytest.mark.parametrize("subpixels", [1, 2])
def test_a_large_frame_leaves_nothing_to_the_small_one_after_it(subpixels):
    vertices, faces = shapes.figure()
    large = shapes.turned(vertices, 1, size=(60, 50), scale=0.9)
    small = (large - large.mean(1, keepdim=True)) / 6 + large.new_tensor([10.0, 8.0])
    both = fast(torch.cat([large, small, large]), faces, (60, 50), subpixels=subpixels)
    for found, alone in zip(both, (large, small, large), strict=True):
        assert_close(found, fast(alone, faces, (60, 50), subpixels=subpixels)[0], atol=0, rtol=0)
