"""Train a small SMPLGait, then see what it looks at: on silhouettes, on the body, by parts."""

import argparse
from pathlib import Path

import torch

from meshgait import Recipe, SyntheticGait, fit, models
from meshgait.data import SubjectsAndClips, UnorderedFrames
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.explain import write_explanation
from meshgait.training.criterion import Loss
from meshgait.training.optimizers import Adam


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=40, help="in training")
    parser.add_argument("--clips", type=int, default=8, help="of each person")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--width", type=float, default=0.125, help="1 is the published network")
    parser.add_argument("--probes", type=int, default=3, help="how many are explained")
    parser.add_argument("--cache", type=Path, default=None, help="where the walkers are kept")
    parser.add_argument("--out", type=Path, default=Path("out/explain"))
    options = parser.parse_args(argv)

    wild = WildConfig(clips=options.clips)
    train = SyntheticGait("train", identities=options.people, config=wild, cache=options.cache)
    test = SyntheticGait("test", identities=options.people // 2, config=wild, cache=options.cache)

    torch.manual_seed(0)
    model = models.SMPLGait(models.SMPLGait.Config(width=options.width))
    recipe = Recipe(
        steps=options.steps,
        batch=SubjectsAndClips(8, 4),
        frames=UnorderedFrames(4),
        loss=Loss({"triplet": 1, "neck": 1}),
        optimizer=Adam(lr=3e-3),
        milestones=(),
        one_cycle=True,
        calibrate=True,
    )
    fit(model, train, recipe, out=options.out / "training", resume=True)
    print("open", write_explanation(model, test, options.out, probes=options.probes))


if __name__ == "__main__":
    main()
