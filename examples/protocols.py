"""A protocol of one's own from a CSV: who is searched for, among whom, and a table by angle."""

import argparse
import csv
from dataclasses import replace
from pathlib import Path

from meshgait import SyntheticGait, embed, evaluate, models
from meshgait.data import read_protocols
from meshgait.data.synthetic.render_clip import WildConfig


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=8)
    parser.add_argument("--cache", type=Path, default=None, help="where the walkers are kept")
    parser.add_argument("--out", type=Path, default=Path("protocol.csv"), help="table to write")
    options = parser.parse_args(argv)

    wild = WildConfig(clips=6, azimuth_deg=(0, 180))
    walks = SyntheticGait("test", identities=options.people, config=wild, cache=options.cache)
    write_table(options.out, walks.records)

    (protocol,) = read_protocols(options.out)
    embeddings = embed(models.GEI(), walks, progress=False)
    scores = evaluate(embeddings, replace(protocol, average="views"), metric="euclidean")
    print(f"rank-1 {scores['rank1']:.1f} %, mean over views and conditions\n")
    print(scores.tables["rank1 by view"])


def write_table(path: Path, records: list) -> None:
    """One line per sequence: two of each person are known, the view is one of three sectors."""
    seen: dict[str, int] = {}
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "sequence", "role", "view", "condition"])
        for record in records:
            seen[record.subject] = seen.get(record.subject, 0) + 1
            role = "gallery" if seen[record.subject] <= 2 else "probe"
            view = ("front", "side", "back")[min(int(record.view) // 60, 2)]
            condition = record.condition.rstrip("0123456789")
            writer.writerow([record.subject, record.name, role, view, condition])


if __name__ == "__main__":
    main()
