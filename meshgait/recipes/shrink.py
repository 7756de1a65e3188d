"""Recipes for a laptop."""

from dataclasses import replace
from typing import Any

from meshgait.data import SubjectsAndClips, VaryingFrames
from meshgait.recipes.schedules import Published

SMALL_STEPS, SMALL_WIDTH, SMALL_FRAMES = 300, 0.25, 10


def shrink(published: Published, model_type: Any) -> tuple[Published, list[str]]:
    """The recipe for a laptop, and what was changed, a line for each thing.

    Fewer steps (milestones keep their place among them), small batches of short clips, a quarter
    of the channels, no augmentation, the precision that the processor is fast in; the loss, the
    optimiser and its rate stay.
    """
    kind = getattr(model_type, "Config", None)
    old = published.recipe
    config: Any = published.config or (kind() if kind else None)
    steps = min(old.steps, SMALL_STEPS)
    batch = SubjectsAndClips(min(old.batch.subjects, 8), min(old.batch.clips, 2))
    frames = _shorter(old.frames)
    new = replace(
        old, steps=steps, batch=batch, frames=frames, augment=(), save_every=min(100, steps),
        precision="auto",
        milestones=tuple(sorted({stone * steps // old.steps for stone in old.milestones})),
    )  # fmt: skip
    names = ("steps", "milestones", "batch", "frames", "augment", "save_every", "precision")
    changes = [
        f"{name}: {getattr(old, name)} -> {getattr(new, name)}"
        for name in names
        if getattr(old, name) != getattr(new, name)
    ]
    if hasattr(config, "width"):
        narrow = replace(config, width=config.width * SMALL_WIDTH)
        changes.append(f"width of the network: {config.width} -> {narrow.width}")
        config = narrow
    return replace(published, recipe=new, config=config), changes


def _shorter(frames: Any) -> Any:
    """The same way to choose frames, fewer of them."""
    if isinstance(frames, VaryingFrames):
        return VaryingFrames(min(frames.least, SMALL_FRAMES), min(frames.most, SMALL_FRAMES))
    return replace(frames, frames=min(frames.frames, SMALL_FRAMES))
