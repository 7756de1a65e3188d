"""Recognise walkers by silhouettes and meshes together, and with one of the two missing."""

import argparse
from pathlib import Path

import torch

from meshgait import Recipe, SyntheticGait, embed, evaluate, fit, models
from meshgait.data import OtherView, SubjectsAndClips, UnorderedFrames
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.training.criterion import Loss
from meshgait.training.optimizers import Adam


class Without(torch.nn.Module):
    """A fusion model that is not shown one of its inputs."""

    def __init__(self, model: models.FusionGait, missing: str) -> None:
        super().__init__()
        self.model = model
        self.inputs = tuple(name for name in model.inputs if name != missing)
        self.embedding_shape = model.embedding_shape

    def forward(self, mask: torch.Tensor, **inputs: torch.Tensor) -> torch.Tensor:
        """Embed what is left."""
        return self.model(**inputs, mask=mask)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=24, help="in training")
    parser.add_argument("--clips", type=int, default=8, help="of each person")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--width", type=float, default=0.125)
    parser.add_argument("--cache", type=Path, default=None, help="where the walkers are kept")
    parser.add_argument("--out", type=Path, default=Path("out/fusion"))
    options = parser.parse_args(argv)

    wild = WildConfig(clips=options.clips)
    train = SyntheticGait("train", identities=options.people, config=wild, cache=options.cache)
    test = SyntheticGait("test", identities=options.people // 2, config=wild, cache=options.cache)
    torch.manual_seed(0)
    # Each input is missing now and then, so that the other learns to do without it.
    config = models.FusionGait.Config(fusion="gating", missing=0.2, width=options.width)
    model = models.FusionGait(config)
    recipe = Recipe(
        steps=options.steps,
        batch=SubjectsAndClips(6, 4),
        frames=UnorderedFrames(20),
        loss=Loss({"triplet": 1, "neck": 1}),
        augment=(OtherView(0.1),),
        optimizer=Adam(lr=3e-3),
        milestones=(),
        one_cycle=True,
        calibrate=True,
    )
    fit(model, train, recipe, out=options.out, resume=True)
    shown = {"both": model, "body": Without(model, "silhouette"), "images": Without(model, "smpl")}
    print(f"{'given':8} {'rank1':>6} {'mAP':>6}")
    for name, network in shown.items():
        scores = evaluate(embed(network, test), test.protocol)
        print(f"{name:8} {scores['rank1']:6.1f} {scores['mAP']:6.1f}")


if __name__ == "__main__":
    main()
