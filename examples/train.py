"""Train SMPLGait on walkers and rank a gallery of people it has never seen."""

import argparse
from pathlib import Path

import torch

from meshgait import Recipe, SyntheticGait, embed, evaluate, fit, models
from meshgait.data import SubjectsAndClips, UnorderedFrames
from meshgait.data.synthetic.render_clip import WildConfig


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=40, help="in training")
    parser.add_argument("--clips", type=int, default=8, help="of each person")
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--width", type=float, default=0.125, help="1 is the published network")
    parser.add_argument("--cache", type=Path, default=None, help="where the walkers are kept")
    parser.add_argument("--out", type=Path, default=Path("out/train"))
    options = parser.parse_args(argv)

    wild = WildConfig(clips=options.clips)
    train = SyntheticGait("train", identities=options.people, config=wild, cache=options.cache)
    test = SyntheticGait("test", identities=options.people // 2, config=wild, cache=options.cache)

    torch.manual_seed(0)
    model = models.SMPLGait(models.SMPLGait.Config(width=options.width))
    recipe = Recipe(
        steps=options.steps,
        batch=SubjectsAndClips(8, 4),
        frames=UnorderedFrames(5),
        milestones=(2 * options.steps // 3,),
    )
    fit(model, train, recipe, out=options.out, resume=True)
    print(f"weights: {options.out / 'checkpoint.pt'}")
    for name, value in evaluate(embed(model, test), test.protocol).items():
        print(f"{name:10} {value:6.1f}")


if __name__ == "__main__":
    main()
