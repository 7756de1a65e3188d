"""The reliability diagram: how often what was said comes true (Niculescu-Mizil, ICML 2005)."""

from __future__ import annotations

from collections.abc import Sequence

from meshgait.visualization.document import Figure
from meshgait.visualization.report import RIGHT, WRONG, diagram, to_png

_WIDTH = 0.08


def plot_reliability(
    bins: Sequence[tuple[float, float, int]], *, name: str, caption: str
) -> Figure:
    """Above the share that was right by the probability said, below how many right and wrong.

    `bins` hold the mean probability, the share that was right and the number of trials.
    """
    figure, ((above,), (below,)) = diagram(5.6, 6.0, rows=2, columns=1)
    said, right = [row[0] for row in bins], [row[1] for row in bins]
    above.plot([0, 1], [0, 1], linestyle="--", color="#777777", label="as said")
    above.plot(said, right, marker="o", color="#1f5f99", label="found")
    above.set(ylabel="share that was right", xlim=(0, 1), ylim=(-0.03, 1.03))
    # Right ones are plain and wrong ones hatched: colours alone do not tell them apart.
    hits = [share * count for _, share, count in bins]
    misses = [count - hit for (_, _, count), hit in zip(bins, hits, strict=True)]
    middle = [min(int(p * 10), 9) / 10 + 0.05 for p in said]
    below.bar(middle, hits, _WIDTH, color=RIGHT, label="right")
    below.bar(middle, misses, _WIDTH, bottom=hits, color="white", edgecolor=WRONG, hatch="///",
              label="wrong")  # fmt: skip
    below.set(xlabel="probability that was said", ylabel="trials", xlim=(0, 1))
    for axes in (above, below):
        axes.grid(alpha=0.3)
        axes.set_axisbelow(True)
        axes.legend()
    told = [f"said {p:.2f}, right {share:.2f} of {count}" for p, share, count in bins]
    return Figure(name, caption, to_png(figure), f"Reliability: {'; '.join(told)}.")
