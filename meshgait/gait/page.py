"""The page of a gait analysis: numbers, footprints, angles, what was left out, groups."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from meshgait.gait.angles import ANGLES
from meshgait.gait.landmarks import SIDES
from meshgait.gait.measure import Gait
from meshgait.gait.measures import MEASURES
from meshgait.gait.normative import BANDED, CREDIT, band_at
from meshgait.gait.plots import draw_angles, draw_footprints, draw_pace
from meshgait.gait.summary import (
    BOTH,
    Summary,
    asymmetry_of,
    difference,
    group_table,
    range_of,
    short_names,
    summary_of,
)
from meshgait.visualization.document import Figure, Part, Section, Table, compose_page, made_by

_LEAD = (
    "Heel strikes and toe-offs are found by the motion of heels and toes, lengths between ankles "
    "over flat feet. A number is the mean over the strides that count, ± their standard deviation, "
    "and how many they are."
)
_ANGLES = (
    "Joint angles by the axes of the ISB (Wu et al. 2002, 2005) from heel strike to heel strike: "
    "mean of the strides and ± one standard deviation; vertical lines are toe-offs. 0 is a body "
    "that stands upright with hanging arms; what is above 0 stands over each diagram. Pelvis and "
    "trunk are measured against the way that the person goes."
)
_MOST_WALKS = 12  # that have their own section


def write_page(
    gaits: Sequence[Gait], groups: Mapping[str, Sequence[Gait]] | None = None, *, command: str = ""
) -> str:
    """The page of some walks, and of groups of them against each other."""
    parts: list[Part] = []
    if groups:
        parts += _groups(groups)
    else:
        some = gaits[: _MOST_WALKS // 2]
        parts.append(_pace({n: [gait] for n, gait in zip(short_names(some), some, strict=True)}))
    named = zip(gaits[:_MOST_WALKS], short_names(gaits), strict=False)
    for number, (gait, name) in enumerate(named, start=1):
        parts += _walk(gait, name, number)
    rest = len(gaits) - _MOST_WALKS
    if rest > 0:
        parts.append(Section("More walks", f"{rest} more are in the tables and in the groups."))
    parts += _meanings()
    count = f"{len(gaits)} walks" if len(gaits) > 1 else short_names(gaits)[0]
    made = made_by(command, f"Next: meshgait view FILE -o walk.html, to see the walk. {CREDIT}")
    return compose_page(title=f"Gait of {count}", lead=_LEAD, parts=parts, foot=made)


def _walk(gait: Gait, name: str, number: int) -> list[Part]:
    out = gait.left_out()
    notes = " ".join(f"{note.capitalize()}." for note in gait.notes)
    text = (
        f"{gait.seconds:.1f} s at {gait.fps:g} frames a second; {len(gait.counted())} strides "
        f"count, {len(out)} are left out. {notes}"
    )
    parts: list[Part] = [Section(name, text), Table(_explain(), _numbers(gait))]
    if out:
        parts.append(Table("Strides left out, and why.", [
            {"side": s.side, "from, s": f"{s.start:.2f}", "to, s": f"{s.end:.2f}",
             "reason": s.left_out}
            for s in out
        ]))  # fmt: skip
    parts.append(_footprints(gait, number))
    sides = {side: gait.counted(side) for side in SIDES if gait.counted(side)}
    parts.append(draw_angles(sides, name=f"angles{number}", caption=_ANGLES, alt=_say_angles(gait)))
    return parts


def _explain() -> str:
    return (
        "Left, right and both sides; asymmetry is 100 (left - right) / their mean, CV the "
        "deviation by the mean. Adults are those of the grey bands at this speed."
    )


def show(summary: Summary, digits: int) -> str:
    """Mean ± deviation (count); no deviation of a single stride."""
    if not summary.number:
        return "–"
    spread = "" if math.isnan(summary.sd) else f" ± {summary.sd:.{digits}f}"
    return f"{summary.mean:.{digits}f}{spread} ({summary.number})"


def _numbers(gait: Gait) -> list[dict[str, str]]:
    rows, table = [], summary_of([gait])
    speed = table["speed"][BOTH].mean
    for name, sides in table.items():
        measure = MEASURES[name]
        band = band_at(name, speed) if name in BANDED else None
        rows.append(
            {
                "measure": f"{title(name)}, {measure.unit}",
                **{side: show(found, measure.digits) for side, found in sides.items()},
                "asymmetry, %": show_percent(asymmetry_of(name, sides)),
                "CV, %": show_percent(sides[BOTH].cv if measure.is_ratio else math.nan).lstrip("+"),
                "adults": f"{band.mean:.{measure.digits}f} ± {band.sd:.{measure.digits}f}"
                if band else "",
            }
        )  # fmt: skip
    if not any(row["adults"] for row in rows):  # nobody was measured so slow or so fast
        rows = [{key: text for key, text in row.items() if key != "adults"} for row in rows]
    return rows


def title(name: str) -> str:
    """A measure's name for people."""
    return name.replace("_", " ")


def show_percent(value: float) -> str:
    """With its sign; a dash where there is none."""
    return f"{value:+.1f}" if math.isfinite(value) else "–"


def _footprints(gait: Gait, number: int) -> Figure:
    table = summary_of([gait])
    steps = table["step_length"]
    return draw_footprints(
        gait, name=f"footprints{number}",
        caption="The floor from above, walked from left to right. Circles are left heels, squares "
        "right ones; they are hollow where the stride that begins there does not count.",
        alt=f"Footprints: left steps of {steps['left'].mean:.2f} m, right steps of "
        f"{steps['right'].mean:.2f} m, {table['step_width'][BOTH].mean:.2f} m wide.",
    )  # fmt: skip


def _say_angles(gait: Gait) -> str:
    words = [
        f"{ANGLES[name].title.lower()} moves through "
        + " and ".join(
            f"{range_of(gait.counted(side), name).mean:.0f} degrees {side}"
            for side in SIDES
            if gait.counted(side)
        )
        for name in ("hip_flexion", "knee_flexion", "ankle_dorsiflexion")
    ]
    return f"Curves of {len(ANGLES)} angles: {'; '.join(words)}."


def _pace(gaits: Mapping[str, Sequence[Gait]]) -> Figure:
    every = [gait for some in gaits.values() for gait in some]
    table = summary_of(every)
    return draw_pace(
        gaits, name="pace",
        caption=f"Cadence and step length by speed, a mark for each walk. {CREDIT} The upright "
        "band is the speed that they find comfortable.",
        alt=f"On average {table['speed'][BOTH].mean:.2f} m/s, "
        f"{table['cadence'][BOTH].mean:.0f} steps a minute of "
        f"{table['step_length'][BOTH].mean:.2f} m.",
    )  # fmt: skip


def _groups(groups: Mapping[str, Sequence[Gait]]) -> list[Part]:
    names = list(groups)
    text = ", ".join(
        f"{name} ({len(some)} walk{'s' * (len(some) > 1)})" for name, some in groups.items()
    )
    rows = []
    for measure, table in group_table(groups).items():
        known = MEASURES.get(measure)
        digits = known.digits if known else 1
        row = {"measure": f"{title(measure)}, {known.unit if known else 'deg'}"}
        for name, summary in table.items():
            row[name] = show(summary, digits)
            if name != names[0]:
                more = difference(table[names[0]], summary)
                row[f"{name} − {names[0]}"] = (
                    f"{more.mean:+.{digits}f} [{more.low:.{digits}f}, {more.high:.{digits}f}]"
                )
        rows.append(row)
    strides = {name: [s for gait in some for s in gait.counted()] for name, some in groups.items()}
    return [
        Section("Groups", f"{text}. Both sides together."),
        Table("Differences from the first group, in brackets their 95 % interval (Welch), which "
              "takes strides for independent: those of one person are less so.", rows),
        draw_angles(strides, name="groups", caption=_ANGLES,
                    alt=f"The same curves of {', '.join(names)}."),
        _pace(groups),
    ]  # fmt: skip


def _meanings() -> list[Part]:
    rows = [{"measure": f"{title(name)}, {m.unit}", "meaning": m.meaning}
            for name, m in MEASURES.items()]  # fmt: skip
    return [Section("What each number means"), Table("All are calculated for each stride.", rows)]
