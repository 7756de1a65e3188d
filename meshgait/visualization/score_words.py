"""What the scores of a page mean, a sentence each."""

from __future__ import annotations

from collections.abc import Iterable

from meshgait.visualization.document import Table

_WORDS = {
    "Rank-1": "How many of a hundred probes have a clip of the same person as the nearest one.",
    "Rank-5": "How many have one among the five nearest.",
    "mAP": "Mean average precision: how far up all clips of the same person stand in the ranking; "
    "100 if nobody else stands before them.",
    "mINP": "Mean inverse negative penalty: how far down one must look for the last clip of the "
    "same person; 100 if no further than needed.",
    "chance": "What a ranking drawn by lot has: a score near it tells nobody apart.",
}


def explain_scores(columns: Iterable[str]) -> Table:
    """The sentences for those scores that a table has, `rank1` or `Rank-1`, and for chance."""
    names = {name.lower().replace("-", "") for name in columns} | {"chance"}
    rows = [
        {"score": word, "meaning": text}
        for word, text in _WORDS.items()
        if word.lower().replace("-", "") in names
    ]
    return Table("What each score means; all are percent.", rows)
