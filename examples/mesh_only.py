"""Recognise walkers by their estimated meshes alone: vertices, surface points or joints."""

import argparse
from pathlib import Path

import torch

from meshgait import Recipe, SyntheticGait, embed, evaluate, fit, models
from meshgait.data import SubjectsAndClips, UnorderedFrames
from meshgait.data.synthetic.endless import EndlessGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.training.criterion import Loss
from meshgait.training.optimizers import Adam

MODELS = (models.MeshNet, models.PointNet, models.SkeletonGCN)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=24, help="in training")
    parser.add_argument("--clips", type=int, default=8, help="of each person")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--pretraining", type=int, default=10, help="steps on endless walkers")
    parser.add_argument("--width", type=float, default=0.25)
    parser.add_argument("--cache", type=Path, default=None, help="where the walkers are kept")
    parser.add_argument("--out", type=Path, default=Path("out/mesh_only"))
    options = parser.parse_args(argv)

    wild = WildConfig(clips=options.clips)
    train = SyntheticGait("train", identities=options.people, config=wild, cache=options.cache)
    test = SyntheticGait("test", identities=options.people // 2, config=wild, cache=options.cache)
    endless = EndlessGait(config=WildConfig(frames=(20, 20)), modalities=("smpl",))
    # What joints do over time needs many frames; of body parameters they cost little.
    batch, frames = SubjectsAndClips(8, 4), UnorderedFrames(20)
    one_cycle = {"milestones": (), "one_cycle": True, "optimizer": Adam(lr=3e-3)}
    first = Recipe(
        steps=options.pretraining, batch=SubjectsAndClips(6, 2), frames=frames,
        loss=Loss({"contrast": 1}, temperature=0.1, base=0.1), **one_cycle,
    )  # fmt: skip
    then = Recipe(
        steps=options.steps, batch=batch, frames=frames, loss=Loss({"triplet": 1, "neck": 1}),
        **one_cycle,
    )  # fmt: skip
    print(f"{'model':12} {'rank1':>6} {'mAP':>6}")
    for model_type in MODELS:
        torch.manual_seed(0)
        model = model_type(model_type.Config(width=options.width))
        out = options.out / model_type.__name__
        if options.pretraining:
            fit(model, endless, first, out=out / "endless", resume=True)
        fit(model, train, then, out=out, resume=True)
        scores = evaluate(embed(model, test), test.protocol)
        print(f"{model_type.__name__:12} {scores['rank1']:6.1f} {scores['mAP']:6.1f}")


if __name__ == "__main__":
    main()
