"""Train the networks that ship with the package, into meshgait/weights/shipped: `make weights`.

The same seeds, walkers and steps every time. It may be killed and called again: walkers and
trainings go on where they were. Each folder's card is written from the figures that are printed.
A network is added by a line in NETWORKS.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

import meshgait
from meshgait import load_model
from meshgait.benchmark.budget import Budget
from meshgait.benchmark.discriminants import learn_discriminants
from meshgait.benchmark.methods import DISCRIMINANTS, Method
from meshgait.benchmark.scores import People, cross_view
from meshgait.benchmark.walkers import Walkers
from meshgait.data.synthetic.render_clip import GENERATOR
from meshgait.evaluation import Embeddings, embed
from meshgait.evaluation.bootstrap import bootstrap
from meshgait.metrics import part_distance
from meshgait.numerics import stream
from meshgait.training.criterion import Loss
from meshgait.training.fit import fit
from meshgait.weights import save_pretrained
from meshgait.weights.shipped import SHIPPED

SEED = 0
MOST_BYTES = 3_000_000  # of all of them
DATA = Budget(data_seeds=1, seeds=1, train_identities=200, test_identities=100)


@dataclass(frozen=True)
class Network:
    """A network to ship: how it is built, learnt, and what to know before it is used."""

    method: Method
    budget: Budget
    limits: str


NETWORKS = {
    "sln-walkers": Network(
        Method("sln-walkers", "SLN", input_mode="set"),
        replace(DATA, steps=1000, width=0.125, frames=4),
        "It reads silhouettes of 64 x 44 pixels alone: a coat or a bag changes what it sees.",
    ),
    "skeletongcn-walkers": Network(
        Method("skeletongcn-walkers", "SkeletonGCN", config={"parts": 8}, input_mode="motion"),
        replace(DATA, steps=2500, width=0.25, frames=30),
        "It reads SMPL estimates alone, and learnt with the errors of SyntheticGait's estimator: "
        "those of another tracker differ.",
    ),
    "refinegait-walkers": Network(
        Method("refinegait-walkers", "RefineGait", input_mode="motion"),
        replace(DATA, steps=1000, width=0.125, frames=24),
        "It reads silhouettes and SMPL estimates, and learnt with the errors of SyntheticGait's "
        "segmentation and estimator: those of others differ.",
    ),
}

CARD = """---
license: apache-2.0
library_name: meshgait
tags: [gait-recognition, synthetic-data]
---
# {name}

{model} of meshgait, {parameters:,} numbers: reads `{inputs}`, gives {parts} parts x {channels}
channels a walk, compared by the cosine distance of their parts.

```python
import meshgait

embedding = meshgait.load_model("{name}").embed(walk)
```

`walk` is a `GaitSequence`, as `meshgait.sequence.load_clip` reads one. So does the command
`meshgait embed walk.npz`, for more kinds of files.

## Data

SyntheticGait, generator {generator}, data seed {seed}: {train} walkers for training, {test} others
for the scores, {clips} clips each: any camera, straight, curved and irregular routes, bags, coats,
occlusion, errors of segmentation and of an SMPL estimator. Nobody real: bodies are the embedded
one (CC0), gait is drawn from published and measured statistics.

## Training

`make weights`, that is `python assets/build_weights.py --only {name}`: {steps} steps of {batch}
clips x {frames} frames, Adam at {lr:g} for one cycle, {loss}, training seed {seed}, float32 on a
CPU; matrices are kept in float16. meshgait {version}, torch {torch}.

## Scores

Of these very files, on the {test} walkers: every clip is a probe, and is searched for among clips
seen from 60 degrees or more away; percent, in brackets 95 of 100 bootstrap draws of the people.

| | mAP | Rank-1 |
|---|---|---|
{table}

{above}

## Limits

{limits} It has seen synthetic walkers only: it is to try the library with and to start from, not
to recognise people, and its scores say nothing about any dataset of real walks. Gait may tell who
somebody is who never agreed to it: do not use it for that.

## Licence

Apache-2.0, as meshgait. The walkers stand on the embedded body (CC0) and on meshgait's own decoder.
"""


def main(argv: Sequence[str] | None = None) -> None:
    """Train and score what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--out", type=Path, default=Path("out/weights"), help="of the trainings")
    chosen = parser.parse_args(argv)
    walkers = Walkers(DATA, SEED)
    floor = {"chance": _chance(walkers)}
    for method in DISCRIMINANTS:
        look = learn_discriminants(method.describe, walkers.train)
        floor[f"linear discriminant: {method.name}"] = _score(
            look(walkers.test), walkers, "euclidean"
        )
    for name, scores in floor.items():
        print(f"{name}: {_row(scores)}", flush=True)
    for name in chosen.only:
        build(name, NETWORKS[name], floor, chosen.out)
    total = sum(file.stat().st_size for file in SHIPPED.rglob("*") if file.is_file())
    print(f"{SHIPPED}: {total / 1e6:.2f} MB")
    if total > MOST_BYTES:
        raise SystemExit(f"that is more than {MOST_BYTES / 1e6:g} MB")


def build(name: str, network: Network, floor: dict[str, People], out: Path) -> None:
    """Train one network, write its folder, score what was written, and write its card."""
    walkers, method = Walkers(network.budget, SEED), network.method
    torch.manual_seed(SEED)
    model = method.build(network.budget)
    recipe = network.budget.recipe(method, seed=SEED)
    fit(model, walkers.with_inputs(walkers.train, tuple(model.inputs)), recipe, out=out / name,
        resume=True)  # fmt: skip
    folder = SHIPPED / name
    save_pretrained(model, folder, numbers="float16", about={"mAP": 0.0, "scores": ""})
    kept = load_model(folder)
    found = embed(kept, walkers.with_inputs(walkers.test, tuple(kept.inputs)), progress=False)
    scores = _score(found, walkers, "cosine")
    about = {
        "mAP": round(bootstrap([scores["mAP"]]).mean, 1), "scores": _cell(scores, "mAP"),
        "metric": "cosine",
    }  # fmt: skip
    card = _card(name, network, kept, scores, floor)
    save_pretrained(kept, folder, numbers="float16", about=about, card=card)
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{name}: {_row(scores)}; {size / 1e6:.2f} MB", flush=True)


def _score(found: Embeddings, walkers: Walkers, metric: Any) -> People:
    subjects = np.array([record.subject for record in walkers.test.records])
    distance = part_distance(found.values, found.values, metric).numpy()
    return cross_view(distance, subjects, walkers.traits.view_deg)


def _chance(walkers: Walkers) -> People:
    """What random distances get."""
    count = len(walkers.test)
    subjects = np.array([record.subject for record in walkers.test.records])
    distance = stream("chance", SEED).random((count, count))
    return cross_view(distance, subjects, walkers.traits.view_deg)


def _cell(scores: People, name: str) -> str:
    return str(bootstrap([scores[name]]))


def _row(scores: People) -> str:
    return f"mAP {_cell(scores, 'mAP')}, Rank-1 {_cell(scores, 'rank1')}"


def _card(name: str, network: Network, model: Any, scores: People, floor: dict[str, People]) -> str:
    rows = {f"**{name}**": scores, **floor}
    best = max((n for n in floor if n != "chance"), key=lambda n: np.nanmean(floor[n]["mAP"]))
    more = bootstrap([scores["mAP"] - floor[best]["mAP"]])
    budget, (parts, channels) = network.budget, model.embedding_shape
    return CARD.format(
        name=name, model=type(model).__name__, inputs=", ".join(model.inputs),
        parameters=sum(weight.numel() for weight in model.parameters()),
        parts=parts, channels=channels, generator=GENERATOR, seed=SEED,
        train=budget.train_identities, test=budget.test_identities, clips=budget.data.clips,
        steps=budget.steps, batch=f"{budget.batch.subjects} x {budget.batch.clips}",
        frames=budget.frames, lr=budget.lr, loss=_describe(network.method.loss),
        version=meshgait.__version__, torch=torch.__version__.split("+")[0],
        table="\n".join(
            f"| {label} | {_cell(row, 'mAP')} | {_cell(row, 'rank1')} |"
            for label, row in rows.items()
        ),
        above=f"Its mAP less that of the best discriminant ({best.split(': ')[1]}), person by "
        f"person: {more}.",
        limits=network.limits,
    )  # fmt: skip


def _describe(loss: Loss) -> str:
    return " + ".join(f"{weight:g} x {term}" for term, weight in loss.terms.items())


if __name__ == "__main__":
    main()
