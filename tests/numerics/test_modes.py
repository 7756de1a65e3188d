import pytest
import torch

from meshgait.errors import ConfigError
from meshgait.numerics import differentiable_once, in_full_precision, in_no_mode, made_once


def test_what_is_marked_is_exact_within_autocast_and_autocast_goes_on_behind_it():
    x = torch.rand(4, 4)
    square = in_full_precision(lambda x, *, y: x @ y)
    with torch.autocast("cpu", torch.bfloat16):
        assert square(x, y=x).dtype == torch.float32
        assert (x @ x).dtype == torch.bfloat16
        assert square(x.bfloat16(), y=x).dtype == torch.float32
    assert torch.equal(square(x, y=x), x @ x)


def test_what_is_made_once_can_be_trained_with_whoever_asked_first():
    asked = []

    @made_once(maxsize=1)
    def make():
        asked.append(True)
        return torch.ones(2, 2) @ torch.ones(2, 2)

    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        kept = make()
    x = torch.ones(2, 2, requires_grad=True)
    (make() @ x).sum().backward()
    assert make() is kept
    assert kept.dtype == torch.float32
    assert len(asked) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_who_is_compiled_is_given_what_was_made_once_without_a_warning():
    asked = []

    @made_once(maxsize=1)
    def make():
        asked.append(True)
        return torch.ones(2, 2)

    kept, x = make(), torch.rand(2, 2)
    torch.compiler.reset()
    found = torch.compile(lambda x: (x + make(), make()), backend="eager")(x)
    assert torch.equal(found[0], x + 1)
    assert found[1] is kept
    assert len(asked) == 1


def test_no_mode_ends_where_it_began():
    with torch.inference_mode():
        with in_no_mode():
            assert not torch.ones(1).is_inference()
        assert torch.ones(1).is_inference()


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    @differentiable_once("a cube")
    def backward(ctx, grad):
        return 3 * ctx.saved_tensors[0] ** 2 * grad


def test_a_second_derivative_is_an_error_of_ours_and_a_first_one_is_right():
    x = torch.tensor([2.0], requires_grad=True)
    (first,) = torch.autograd.grad(Cube.apply(x), x, create_graph=True)
    assert first.item() == 12
    with pytest.raises(ConfigError, match="the gradient of a cube has no gradient"):
        first.backward()
