"""How our own arithmetic meets torch's modes: autocast, inference, compilation, second gradients.

Geometry wants all its digits: a body of 2 m in bfloat16 is known to 8 mm. So what computes places,
cameras and poses is marked `in_full_precision`; what only torch's compiler would trip over, because
numba or a cache works there, is `uncompiled`; and what is remembered is `made_once`, in no
mode of whoever happened to ask first.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor

from meshgait.errors import ConfigError

Function = TypeVar("Function", bound=Callable[..., Any])

DEVICES = ("cpu", "cuda", "mps", "xpu")
_HALF = (torch.float16, torch.bfloat16)


def in_full_precision(function: Function) -> Function:
    """Run `function` outside of autocast, with the half precision that autocast made as float32.

    >>> double = in_full_precision(lambda x: x @ x)
    >>> with torch.autocast("cpu", torch.bfloat16):
    ...     print(double(torch.eye(2, dtype=torch.bfloat16)).dtype)
    torch.float32
    """

    @functools.wraps(function)
    def exact(*args: Any, **kwargs: Any) -> Any:
        for device in DEVICES:
            if torch.is_autocast_enabled(device):
                values = {name: _whole(value) for name, value in kwargs.items()}
                with torch.autocast(device, enabled=False):
                    return exact(*map(_whole, args), **values)
        return function(*args, **kwargs)

    return exact  # type: ignore[return-value]


def _whole(value: Any) -> Any:
    return value.float() if isinstance(value, Tensor) and value.dtype in _HALF else value


@contextmanager
def in_no_mode() -> Iterator[None]:
    """Neither autocast nor inference mode: what is made here can be kept and used by anybody."""
    with ExitStack() as stack:
        for device in filter(torch.is_autocast_enabled, DEVICES):
            stack.enter_context(torch.autocast(device, enabled=False))
        stack.enter_context(torch.inference_mode(False))
        yield


def made_once(maxsize: int | None) -> Callable[[Function], Function]:
    """`functools.lru_cache` for what holds tensors: made in no mode, and never compiled."""

    def decorate(function: Function) -> Function:
        @functools.lru_cache(maxsize=maxsize)
        @functools.wraps(function)
        def make(*args: Any, **kwargs: Any) -> Any:
            with in_no_mode():
                return function(*args, **kwargs)

        return uncompiled(make)  # type: ignore[return-value]

    return decorate


def uncompiled(function: Function) -> Function:
    """A function that `torch.compile` calls and does not look into.

    As `torch.compiler.disable`, which would import the compiler, more than a second, for everybody.
    """
    disabled: list[Callable[..., Any]] = []

    @functools.wraps(function)
    def door(*args: Any, **kwargs: Any) -> Any:
        if "torch._dynamo" not in sys.modules:
            return function(*args, **kwargs)
        if not disabled:
            disabled.append(torch.compiler.disable(function))
        return disabled[0](*args, **kwargs)

    door._torchdynamo_disable = True  # type: ignore[attr-defined]
    return door  # type: ignore[return-value]


def differentiable_once(name: str) -> Callable[[Function], Function]:
    """For `backward` of an autograd function: its result has no gradient, and says so when asked.

    torch's `once_differentiable` raises a RuntimeError about a marked function, and nothing where
    the gradient it is given is constant: a second derivative would silently be 0.
    """

    def decorate(backward: Function) -> Function:
        @functools.wraps(backward)
        def once(ctx: Any, *grads: Tensor) -> Any:
            with torch.no_grad():
                found = backward(ctx, *grads)
            if not torch.is_grad_enabled():
                return found
            origins = [x for x in (*ctx.saved_tensors, *grads) if x is not None and x.requires_grad]
            if not origins:
                return found
            many = found if isinstance(found, tuple) else (found,)
            fenced = tuple(x if x is None else _Fence.apply(x, name, *origins) for x in many)
            return fenced if isinstance(found, tuple) else fenced[0]

        return once  # type: ignore[return-value]

    return decorate


class _Fence(torch.autograd.Function):
    """The first argument, with an error for a gradient."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, name: str, *origins: Tensor) -> Tensor:
        ctx.name = name
        return value.view_as(value)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Any:
        raise ConfigError(
            f"the gradient of {ctx.name} has no gradient of its own; take second derivatives by "
            "differences of first ones, or leave out create_graph=True"
        )
