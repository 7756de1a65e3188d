"""Score the gait energy image and, if one is given, a trained network under one protocol."""

import argparse
from pathlib import Path

from meshgait import SyntheticGait, embed, evaluate, load_model, models
from meshgait.data.synthetic.render_clip import WildConfig

COLUMNS = ("rank1", "rank5", "mAP", "mINP")


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, nargs="*", help="written by meshgait train")
    parser.add_argument("--people", type=int, default=20, help="in the test")
    parser.add_argument("--clips", type=int, default=8, help="of each person")
    parser.add_argument("--cache", type=Path, default=None, help="where the walkers are kept")
    options = parser.parse_args(argv)

    wild = WildConfig(clips=options.clips)
    test = SyntheticGait("test", identities=options.people, config=wild, cache=options.cache)
    print(f"{'method':30}" + "".join(f"{name:>8}" for name in COLUMNS))
    methods = {"GEI": (models.GEI(), "euclidean")}
    methods |= {str(path): (load_model(path), "cosine") for path in options.checkpoint}
    for name, (model, metric) in methods.items():
        scores = evaluate(embed(model, test, progress=False), test.protocol, metric=metric)
        print(f"{name:30}" + "".join(f"{scores[column]:8.1f}" for column in COLUMNS))


if __name__ == "__main__":
    main()
