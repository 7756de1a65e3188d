"""Adaptation to a place where nobody is labelled (TraND, Zheng et al., ISCAS 2021).

A network trained elsewhere pulls every clip towards itself and, for the clips it is least sure of,
towards the nearest other clip. Two habits of the published code are not copied: dividing images
by 255 twice, and keeping the weights that did best on the test set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn.functional import normalize

from meshgait.data import FrameSampling, SequenceDataset, UnorderedFrames
from meshgait.data.batches import collate
from meshgait.errors import ConfigError, DataError
from meshgait.evaluation import embed
from meshgait.nn import Network
from meshgait.numerics import stream


@dataclass(frozen=True)
class Adaptation:
    """How to adapt; the defaults are those published for CASIA-B and OU-LP.

    In round r of `rounds` the r / `rounds` least sure clips get a neighbour. `frames` are drawn
    from each clip, `temperature` divides cosines, `keep` is the share of the old feature when a
    clip's memory is renewed, `instance_weight` that of the clips without a neighbour. The rate
    `lr` is divided by ten after each of `milestones` epochs, anew in every round.
    """

    rounds: int = 4
    epochs: int = 200
    batch: int = 128
    frames: FrameSampling = UnorderedFrames()
    lr: float = 1e-5
    milestones: tuple[int, ...] = (80, 120, 160)
    temperature: float = 0.1
    keep: float = 0.5
    instance_weight: float = 0.01
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("rounds", "epochs", "batch"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be 1 or more, got {getattr(self, name)}")


def adapt(
    model: Network, data: SequenceDataset, adaptation: Adaptation | None = None
) -> list[dict[str, float]]:
    """Train `model` in place on the clips of `data`, whose labels are not looked at.

    Returns the mean loss of each epoch. Compare the embeddings by the Euclidean distance of unit
    vectors of all parts together. Raises `DataError` for fewer than two clips.
    """
    how = adaptation or Adaptation()
    if len(data) < 2:
        raise DataError(f"a neighbour needs another clip, but there are {len(data)} clips")
    device = next(model.parameters()).device
    memory = normalize(embed(model, data, progress=False).values.flatten(1), dim=1).to(device)
    generator = stream("adaptation", how.seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=how.lr)
    history = []
    model.train()
    for turn in range(1, how.rounds + 1):
        neighbour = choose_neighbours(memory, turn / how.rounds, how.temperature)
        for group in optimizer.param_groups:
            group["lr"] = how.lr
        schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, list(how.milestones))
        for epoch in range(how.epochs):
            loss = _epoch(model, data, memory, neighbour, optimizer, how, generator)
            schedule.step()
            history.append({"round": turn, "epoch": epoch + 1, "loss": loss})
    model.eval()
    return history


@torch.no_grad()
def choose_neighbours(
    memory: Float[Tensor, "N D"], share: float, temperature: float
) -> Int[Tensor, " N"]:
    """The nearest other clip of the `share` least sure clips, -1 for the others.

    A clip is the less sure the larger the entropy of the softmax of its cosines to all clips.

    >>> memory = normalize(torch.tensor([[1.0, 0.0], [0.9, 0.1], [0.0, 1.0]]), dim=1)
    >>> choose_neighbours(memory, 2 / 3, 0.1).tolist()
    [1, 0, -1]
    """
    cosine = memory @ memory.T
    log_probability = (cosine / temperature).log_softmax(1)
    entropy = -(log_probability.exp() * log_probability).sum(1)
    unsure = entropy.argsort(descending=True, stable=True)[: int(len(memory) * share + 1e-9)]
    nearest = cosine.fill_diagonal_(-torch.inf).argmax(1)
    neighbour = torch.full_like(nearest, -1)
    neighbour[unsure] = nearest[unsure]
    return neighbour


def neighbourhood_loss(
    features: Float[Tensor, "B D"],
    index: Int[Tensor, " B"],
    memory: Float[Tensor, "N D"],
    neighbour: Int[Tensor, " N"],
    *,
    temperature: float = 0.1,
    instance_weight: float = 0.01,
) -> Float[Tensor, ""]:
    """How badly clips `index` are told from all in `memory` but themselves and their neighbours.

    Minus the logarithm of the softmax at the clip, or at clip and neighbour together; the former
    are weighted by `instance_weight`, the latter by what is left to 1. Mean over the batch.
    """
    log_probability = (features @ memory.T / temperature).log_softmax(1)
    itself = log_probability.gather(1, index[:, None]).squeeze(1)
    near = neighbour[index]
    other = log_probability.gather(1, near.clamp_min(0)[:, None]).squeeze(1)
    together = torch.logaddexp(itself, other)
    each = torch.where(near < 0, instance_weight * itself, (1 - instance_weight) * together)
    return -each.mean()


def _epoch(
    model: Network,
    data: SequenceDataset,
    memory: Float[Tensor, "N D"],
    neighbour: Int[Tensor, " N"],
    optimizer: torch.optim.Optimizer,
    how: Adaptation,
    generator: np.random.Generator,
) -> float:
    """All clips once, in their order, each memory renewed (in place) as soon as it was seen."""
    total = 0.0
    for start in range(0, len(data), how.batch):
        index = torch.arange(start, min(start + how.batch, len(data)), device=memory.device)
        clips = [data[i].only(model.inputs) for i in index.tolist()]
        batch = collate([clip.take(how.frames(len(clip), generator)) for clip in clips])
        batch = batch.to(memory.device)
        mask = None if bool(batch.mask.all()) else batch.mask
        features = normalize(model(**batch.inputs, mask=mask).flatten(1), dim=1)
        loss = neighbourhood_loss(
            features, index, memory, neighbour,
            temperature=how.temperature, instance_weight=how.instance_weight,
        )  # fmt: skip
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        renewed = how.keep * memory[index] + (1 - how.keep) * features.detach()
        memory[index] = normalize(renewed, dim=1)
        total += loss.item() * len(index)
    return total / len(data)
