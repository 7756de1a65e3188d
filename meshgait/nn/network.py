"""What a network is: the contract between networks, ours or yours, and all that works with them."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from meshgait.errors import ConfigError, MeshgaitError, ShapeError

_AGREE = 1e-2  # of the largest value; what is summed in another order differs a thousand times less


@runtime_checkable
class Network(Protocol):
    """Any `nn.Module` with these members; `require_network` says what one lacks.

    `inputs` are the modalities it reads, `embedding_shape` is (P, C) of what it returns, and
    `forward(**inputs, mask=None)` takes each modality (B, T, ...) by name and a mask (B, T) that is
    True where a frame is real, and returns (B, P, C). Two more are made use of where they are
    there: `config`, a dataclass or a mapping that builds it again (by `Config(**values)` if the
    class has a `Config`, else by its constructor), and `describe(**inputs, mask)`, which returns a
    tuple, the embedding first, for losses that look into the network (`describes = True`).
    """

    training: bool

    @property
    def inputs(self) -> Sequence[str]:
        """Names of modalities, in the order of `forward`."""

    @property
    def embedding_shape(self) -> tuple[int, int]:
        """Parts and channels."""

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Embed clips given by name."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """As `forward`."""

    def parameters(self, recurse: bool = True) -> Iterator[nn.Parameter]:
        """Weights, as of any module."""

    def state_dict(self) -> dict[str, Any]:
        """Weights and buffers by name."""

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> Any:
        """Take weights and buffers over."""

    def to(self, *args: Any, **kwargs: Any) -> Any:
        """Move weights to a device or a type."""

    def train(self, mode: bool = True) -> Any:
        """Go into training mode, or leave it."""

    def eval(self) -> Any:
        """Go into evaluation mode."""


def require_network(model: object) -> None:
    """Raise `ConfigError` with the first thing that `model` lacks to be a `Network`."""
    if isinstance(model, type):
        raise ConfigError(f"{model.__name__} is a class; build the network: {model.__name__}()")
    name = type(model).__name__
    if not isinstance(model, nn.Module):
        raise ConfigError(f"a network is a torch.nn.Module, got {name}")
    inputs = getattr(model, "inputs", None)
    if inputs is None:
        raise ConfigError(
            f"{name} has no inputs; name the modalities it reads, as inputs = ('silhouette',)"
        )
    is_listed = isinstance(inputs, Sequence) and not isinstance(inputs, str)
    if not is_listed or not inputs or not all(isinstance(each, str) for each in inputs):
        raise ConfigError(
            f"inputs of {name} must be the names of modalities, as ('silhouette',); got {inputs!r}"
        )
    _require_arguments(name, model.forward, tuple(inputs))
    shape = getattr(model, "embedding_shape", None)
    if shape is None:
        raise ConfigError(f"{name} has no embedding_shape; say (parts, channels) of its embedding")
    is_pair = isinstance(shape, Sequence) and len(shape) == 2
    if not is_pair or not all(isinstance(each, int) and each > 0 for each in shape):
        raise ConfigError(f"embedding_shape of {name} must be (parts, channels), got {shape!r}")


def _require_arguments(name: str, forward: Any, inputs: tuple[str, ...]) -> None:
    kinds = inspect.Parameter
    parameters = inspect.signature(forward).parameters
    takes_any = any(each.kind is kinds.VAR_KEYWORD for each in parameters.values())
    named = {
        key: each.default is kinds.empty
        for key, each in parameters.items()
        if each.kind in (kinds.POSITIONAL_OR_KEYWORD, kinds.KEYWORD_ONLY)
    }
    given = (*inputs, "mask")
    missing = [key for key in given if key not in named and not takes_any]
    if missing:
        raise ConfigError(
            f"forward of {name} takes no {' and no '.join(missing)}; it is called as "
            f"forward({', '.join(f'{key}=...' for key in given)})"
        )
    surplus = [key for key, is_needed in named.items() if is_needed and key not in given]
    if surplus:
        raise ConfigError(
            f"forward of {name} needs {' and '.join(surplus)}, which is none of its inputs "
            f"({', '.join(inputs)}); add it to inputs or give it a default"
        )


def try_network(model: Any, clips: Mapping[str, Tensor]) -> None:
    """Run `model` on one clip (1, T, ...) of each input, alone and padded, and check what it gives.

    Raises `ConfigError` where it fails, `ShapeError` where it returns another shape than
    `embedding_shape`; warns where the frames that `mask` leaves out change the embedding.
    """
    time = next(iter(clips.values())).shape[1]
    half = -(-time // 2)
    short = {key: clip[:, :half] for key, clip in clips.items()}
    # The whole clip, and its first half with other frames as padding.
    batch = {
        key: torch.cat([clip, torch.cat([short[key], clip[:, : time - half].flip(1)], 1)])
        for key, clip in clips.items()
    }
    mask = torch.arange(time) < torch.tensor([[time], [half]])
    device = next((weight.device for weight in model.parameters()), torch.device("cpu"))
    cuda = [device] if device.type == "cuda" else []
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad(), torch.random.fork_rng(cuda):
            padded = _run(model, batch, mask, device)
            alone = _run(model, short, None, device)
    finally:
        model.train(was_training)
    require_embedding(model, padded, 2)
    require_embedding(model, alone, 1)
    scale = alone.abs().max().clamp_min(torch.finfo(alone.dtype).tiny)
    if not (padded[1] - alone[0]).abs().max() <= _AGREE * scale:
        warnings.warn(
            f"{type(model).__name__} does not mind its mask: frames that it leaves out change the "
            "embedding, so that it depends on the other clips of a batch",
            stacklevel=4,
        )


def require_embedding(model: Any, found: Any, count: int) -> None:
    """Raise `ConfigError` or `ShapeError` if what `model` gave is no (`count`, P, C) of its own."""
    name, shape = type(model).__name__, (count, *model.embedding_shape)
    if not isinstance(found, Tensor):
        raise ConfigError(
            f"forward of {name} must return the embedding (B, P, C) alone, got "
            f"{type(found).__name__}"
        )
    if found.shape != shape or not found.is_floating_point():
        raise ShapeError(
            f"{name} should return {shape} floats by its embedding_shape, and returns "
            f"{tuple(found.shape)} {_kind(found)}"
        )


def _kind(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _run(model: Any, clips: Mapping[str, Tensor], mask: Tensor | None, device: Any) -> Any:
    there = {key: clip.to(device) for key, clip in clips.items()}
    try:
        return model(**there, mask=None if mask is None else mask.to(device))
    except MeshgaitError:
        raise
    except Exception as error:
        shapes = ", ".join(
            f"{key} {tuple(clip.shape)} {_kind(clip)}" for key, clip in clips.items()
        )
        text = " ".join(str(error).split())
        raise ConfigError(
            f"{type(model).__name__} fails on {shapes}: {type(error).__name__}: {text}"
        ) from error
