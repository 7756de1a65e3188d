"""The numbers as rows of a table, as CSV and as JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from meshgait._version import __version__
from meshgait.gait.angles import ANGLES
from meshgait.gait.landmarks import SIDES
from meshgait.gait.measure import Gait
from meshgait.gait.measures import MEASURES
from meshgait.gait.normative import BANDED, CREDIT, band_at
from meshgait.gait.summary import (
    BOTH,
    Summary,
    asymmetry,
    asymmetry_of,
    difference,
    group_table,
    mean_curve,
    range_of,
    summary_of,
)


def stride_rows(gaits: Sequence[Gait]) -> list[dict[str, Any]]:
    """One row for each stride; `left_out` says why the numbers of some are missing."""
    rows = []
    for gait in gaits:
        counts = dict.fromkeys(SIDES, 0)
        for stride in gait.strides:
            counts[stride.side] += 1
            rows.append(
                {
                    "file": gait.name, "subject": gait.subject, "side": stride.side,
                    "stride": counts[stride.side], "start_s": stride.start,
                    "toe_off_s": stride.toe_off, "end_s": stride.end,
                    "left_out": stride.left_out,
                    **{name: stride.values.get(name) for name in MEASURES},
                }
            )  # fmt: skip
    return rows


def summary_rows(gaits: Sequence[Gait]) -> list[dict[str, Any]]:
    """One row for each walk and measure: left, right, both, their asymmetry, and the band."""
    rows = []
    for gait in gaits:
        table = summary_of([gait])
        speed = table["speed"][BOTH].mean
        for name, sides in table.items():
            row: dict[str, Any] = {
                "file": gait.name, "subject": gait.subject, "measure": name,
                "unit": MEASURES[name].unit,
            }  # fmt: skip
            for side, summary in sides.items():
                row |= {f"{side}_{key}": value for key, value in _fields(summary).items()}
            row["asymmetry_percent"] = asymmetry_of(name, sides)
            band = band_at(name, speed) if name in BANDED else None
            row |= {"adults_mean": band and band.mean, "adults_sd": band and band.sd}
            rows.append(row)
        rows += [_range_row(gait, name) for name in ANGLES]
    return rows


def _fields(summary: Summary) -> dict[str, Any]:
    return {"mean": summary.mean, "sd": summary.sd, "cv": summary.cv, "count": summary.number}


def _range_row(gait: Gait, name: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "file": gait.name, "subject": gait.subject, "measure": f"{name}_range", "unit": "deg",
    }  # fmt: skip
    found = {side: range_of(gait.counted(side), name) for side in SIDES}
    found[BOTH] = range_of(gait.counted(), name)
    for side, summary in found.items():
        row |= {f"{side}_{key}": value for key, value in _fields(summary).items()}
    row["asymmetry_percent"] = asymmetry(found["left"].mean, found["right"].mean)
    return row | {"adults_mean": None, "adults_sd": None}


def group_rows(groups: Mapping[str, Sequence[Gait]]) -> list[dict[str, Any]]:
    """One row for each measure: every group, and how much more the others have than the first."""
    first = next(iter(groups))
    rows = []
    for measure, table in group_table(groups).items():
        unit = MEASURES[measure].unit if measure in MEASURES else "deg"
        row: dict[str, Any] = {"measure": measure, "unit": unit}
        for name, summary in table.items():
            row |= {f"{name} {key}": value for key, value in _fields(summary).items()}
            if name != first:
                more = difference(table[first], summary)
                row |= {f"{name} minus {first}": more.mean, f"{name} low": more.low,
                        f"{name} high": more.high}  # fmt: skip
        rows.append(row)
    return rows


def curve_rows(gaits: Sequence[Gait]) -> list[dict[str, Any]]:
    """One row for each walk, side, angle and percent of the cycle: mean and deviation, degrees."""
    rows = []
    for gait in gaits:
        for side in SIDES:
            strides = gait.counted(side)
            for name in ANGLES if strides else ():
                for percent, (mean, sd) in enumerate(zip(*mean_curve(strides, name), strict=True)):
                    rows.append(
                        {"file": gait.name, "side": side, "angle": name, "percent": percent,
                         "mean_deg": mean, "sd_deg": sd}
                    )  # fmt: skip
    return rows


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table with a header; numbers have six digits, what is missing is empty."""
    content = io.StringIO()
    writer = csv.DictWriter(content, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows([{key: _shown(value) for key, value in row.items()} for row in rows])
    return content.getvalue()


def _shown(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else ""
    return value


def to_json(gaits: Sequence[Gait], groups: Mapping[str, Sequence[Gait]] | None) -> str:
    """Everything: strides, summaries, curves, groups, notes; what is missing is null."""
    content = {
        "made_by": f"meshgait {__version__}",
        "measures": {name: {"unit": m.unit, "meaning": m.meaning} for name, m in MEASURES.items()},
        "angles": {name: {"title": a.title, "above_0": a.above} for name, a in ANGLES.items()},
        "walks": [
            {"file": gait.name, "subject": gait.subject, "fps": gait.fps, "seconds": gait.seconds,
             "notes": list(gait.notes)}
            for gait in gaits
        ],
        "strides": stride_rows(gaits),
        "summary": summary_rows(gaits),
        "curves": _curves(gaits),
        "groups": group_rows(groups) if groups else [],
        "adults": CREDIT,
    }  # fmt: skip
    return json.dumps(_plain(content), indent=1, allow_nan=False)


def _curves(gaits: Sequence[Gait]) -> list[dict[str, Any]]:
    found = []
    for gait in gaits:
        for side in SIDES:
            strides = gait.counted(side)
            for name in ANGLES if strides else ():
                mean, sd = mean_curve(strides, name)
                found.append({"file": gait.name, "side": side, "angle": name,
                              "mean_deg": mean.tolist(), "sd_deg": sd.tolist()})  # fmt: skip
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, float):
        return round(value, 6) if math.isfinite(value) else None
    return value
