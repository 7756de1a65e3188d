"""Pictures of a walk: the footprints, the angles over the cycle, the pace of adults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from meshgait.gait.angles import ANGLES
from meshgait.gait.landmarks import SIDES
from meshgait.gait.measure import Gait
from meshgait.gait.normative import BANDED, band_at, comfortable_speed, known_speeds
from meshgait.gait.strides import Stride
from meshgait.gait.summary import BOTH, mean_curve, summary_of
from meshgait.visualization.document import Figure
from meshgait.visualization.report import diagram, to_png

# Told apart without colours too; colours of Okabe and Ito.
_LOOKS = (
    ("#0072b2", "-"), ("#d55e00", "--"), ("#009e73", ":"), ("#cc79a7", "-."), ("#555555", "-"),
    ("#e69f00", "--"),
)  # fmt: skip
_COLUMNS = 3
_FOOT_M = 0.22


def draw_angles(
    curves: Mapping[str, Sequence[Stride]], *, name: str, caption: str, alt: str
) -> Figure:
    """Every angle over the cycle: mean and standard deviation of each set of strides by label."""
    rows = -(-len(ANGLES) // _COLUMNS)
    figure, grid = diagram(9.6, 2.1 * rows, rows=rows, columns=_COLUMNS)
    percent = np.linspace(0, 100, 101)
    for axes, (key, angle) in zip(grid.flat, ANGLES.items(), strict=False):
        for number, (label, strides) in enumerate(curves.items()):
            color, style = _LOOKS[number % len(_LOOKS)]
            mean, sd = mean_curve(strides, key)
            axes.fill_between(percent, mean - sd, mean + sd, color=color, alpha=0.2, linewidth=0)
            axes.plot(percent, mean, color=color, linestyle=style, label=label)
            axes.axvline(_toe_off(strides), color=color, linestyle=style, linewidth=0.8)
        axes.axhline(0, color="#999999", linewidth=0.6)
        axes.set_title(f"{angle.title} (+ {angle.above})", fontsize=9)
        axes.tick_params(labelsize=8)
        axes.set_xlim(0, 100)
    for axes in grid.flat[len(ANGLES) :]:
        axes.set_axis_off()
    for axes in grid[:, 0]:
        axes.set_ylabel("degrees", fontsize=8)
    for axes in grid.flat[max(0, len(ANGLES) - _COLUMNS) : len(ANGLES)]:
        axes.set_xlabel("% of the gait cycle", fontsize=8)
    _legend(figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside upper center",
                          ncols=4))  # fmt: skip
    return Figure(name, caption, to_png(figure), alt)


def _toe_off(strides: Sequence[Stride]) -> float:
    return float(np.mean([stride.values["stance"] for stride in strides]))


def _legend(legend: Any) -> None:
    for text in legend.get_texts():
        text.set_parse_math(False)  # a name may hold a dollar


def draw_footprints(gait: Gait, *, name: str, caption: str, alt: str) -> Figure:
    """The floor from above: the way of the pelvis and every print, hollow if it does not count."""
    turn = _along(gait.path)
    path = gait.path @ turn
    width, height = np.ptp(path, axis=0) + 1.0
    figure, ((axes,),) = diagram(9.6, float(np.clip(9.6 * height / width + 0.8, 2.0, 6.0)))
    axes.plot(*path.T, color="#888888", linewidth=1, label="pelvis")
    for side, (color, style) in zip((0, 1), _LOOKS, strict=False):
        prints, counted = gait.prints[side], _counted_starts(gait, SIDES[side])
        for time, place, yaw in zip(
            gait.events.strikes[side], prints.place, prints.yaw, strict=True
        ):
            if np.isnan(place).any():
                continue
            heel = (place - 0.25 * _FOOT_M * _ahead(yaw)) @ turn
            toe = (place + 0.75 * _FOOT_M * _ahead(yaw)) @ turn
            is_counted = bool(np.isclose(counted, time).any())
            axes.plot(*np.stack([heel, toe]).T, color=color, linestyle=style, linewidth=2)
            axes.plot(*heel, marker="o" if side == 0 else "s", color=color,
                      fillstyle="full" if is_counted else "none", markersize=6)  # fmt: skip
    for side, (color, style) in zip((0, 1), _LOOKS, strict=False):
        axes.plot([], [], color=color, linestyle=style, marker="os"[side], label=SIDES[side])
    low, high = path.min(axis=0) - 0.4, path.max(axis=0) + 0.4
    axes.set_aspect("equal")
    axes.set(xlabel="metres along the way", ylabel="metres", xlim=(low[0], high[0]),
             ylim=(low[1], high[1]))  # fmt: skip
    axes.grid(alpha=0.3)
    figure.legend(loc="outside upper center", ncols=3, fontsize=8)
    return Figure(name, caption, to_png(figure), alt)


def _counted_starts(gait: Gait, side: str) -> Float[np.ndarray, " N"]:
    return np.array([stride.start for stride in gait.counted(side)])


def _ahead(yaw: float) -> Float[np.ndarray, "2"]:
    return np.array([np.sin(yaw), np.cos(yaw)])


def _along(path: Float[np.ndarray, "T 2"]) -> Float[np.ndarray, "2 2"]:
    """The turn that lays the way from left to right, the walker's left side up."""
    way = path[-1] - path[0]
    ahead = way / max(float(np.linalg.norm(way)), 1e-9) if way.any() else np.array([0.0, 1.0])
    left = np.array([ahead[1], -ahead[0]])
    return np.stack([ahead, left], axis=1)


def draw_pace(gaits: Mapping[str, Sequence[Gait]], *, name: str, caption: str, alt: str) -> Figure:
    """Cadence and step length by speed, over the band of adults; a mark for each walk."""
    figure, (row,) = diagram(9.6, 3.6, columns=2)
    speeds = np.linspace(*known_speeds(), 50)
    usual = comfortable_speed()
    for axes, measure in zip(row, BANDED, strict=True):
        bands = np.array([band_at(measure, float(speed)) for speed in speeds], dtype=float)
        mean, sd = bands.T
        axes.fill_between(speeds, mean - sd, mean + sd, color="#bbbbbb", alpha=0.5, linewidth=0)
        axes.plot(speeds, mean, color="#777777", label="51 adults")
        axes.axvspan(usual.mean - usual.sd, usual.mean + usual.sd, color="#bbbbbb", alpha=0.2)
        for number, (label, some) in enumerate(gaits.items()):
            color = _LOOKS[number % len(_LOOKS)][0]
            found = [summary_of([gait]) for gait in some]
            axes.plot(
                [table["speed"][BOTH].mean for table in found],
                [table[measure][BOTH].mean for table in found],
                linestyle="", marker="osD^vP"[number % 6], color=color, label=label,
            )  # fmt: skip
        axes.set_xlabel("speed, m/s")
        axes.grid(alpha=0.3)
    row[0].set_ylabel("cadence, steps/min")
    row[1].set_ylabel("step length, m")
    _legend(figure.legend(*row[0].get_legend_handles_labels(), loc="outside upper center", ncols=4))
    return Figure(name, caption, to_png(figure), alt)
