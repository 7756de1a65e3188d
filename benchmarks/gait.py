"""How well counted strides agree with what walkers did: events, cadence, lengths, asymmetry.

    python benchmarks/gait.py [--people 12] [--seconds 10]

The largest error of an event in percent of the cycle, and of a walk's means in percent (in
brackets of any single stride), on straight, curved and irregular ways, with stops, at three frame
rates; then of people whose left steps are 10 % shorter than their right ones.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from meshgait.body import Body
from meshgait.gait import Gait, measure_gait, summary_of
from meshgait.walker import Identity, Route, Walk, walk
from meshgait.walker.course import Course
from meshgait.walker.feet import MID_STANCE
from meshgait.walker.identity import TRAITS
from meshgait.walker.skeleton import Skeleton

ROUTES = {
    "straight": Route.draw_straight,
    "curved": Route.draw_curved,
    "irregular": Route.draw_irregular,
    "with stops": lambda g: Route(speed=g.uniform(0.8, 1.1), stops=(-4, 5), stop_seconds=1.5),
}
SIDES = ("left", "right")


class Truth:
    """When and where a walker set down his feet."""

    def __init__(self, body: Body, person: Identity, route: Route, steps: Walk) -> None:
        motion = steps.motion
        left, right = np.deg2rad(person.sided("toes_aside_deg"))
        leg = Skeleton.of(body, person.betas, (left, -right)).leg_length
        self.course = Course.plan(person, leg, route, len(motion) / motion.fps)
        self.person, self.steps = person, steps
        self.clock = np.arange(len(motion)) / motion.fps

    def events(self, side: int, moment: float) -> np.ndarray:
        """Seconds at which the phase of a foot passes `moment`."""
        phase = self.steps.phase - side * (0.5 + self.person.trait("step_asymmetry")) - moment
        whole = np.arange(np.ceil(phase[0]), np.floor(phase[-1]) + 1)
        return np.interp(whole, phase, self.clock)

    def print_at(self, side: int, time: float) -> tuple[np.ndarray, float]:
        """Where the foot that is set down at a time stands, and which way the walk goes there."""
        cycle = float(np.interp(time, self.clock, self.steps.phase))
        place, heading, _ = self.course.at(np.array([cycle + MID_STANCE]))
        aside = (1 - 2 * side) * max(self.person.trait("step_width"), 0.085) / 2
        left = np.array([np.cos(heading[0]), -np.sin(heading[0])])
        return place[0] + aside * left, float(heading[0])


def errors_of(truth: Truth, gait: Gait) -> dict[str, list[float]]:
    """Errors of each stride that counts: percent, events in percent of the cycle."""
    found: dict[str, list[float]] = {
        "heel strike": [], "toe-off": [], "cadence": [], "stride length": [], "step length": [],
    }  # fmt: skip
    for stride in gait.counted():
        side = SIDES.index(stride.side)
        strikes, theirs = (truth.events(foot, 0.0) for foot in (side, 1 - side))
        lifts = truth.events(side, truth.person.trait("stance_share"))
        start, end = (strikes[np.abs(strikes - t).argmin()] for t in (stride.start, stride.end))
        off = lifts[np.abs(lifts - stride.toe_off).argmin()]
        middle = theirs[(theirs > start) & (theirs < end)][0]
        time = end - start
        found["heel strike"] += [100 * (stride.start - start) / time]
        found["toe-off"] += [100 * (stride.toe_off - off) / time]
        found["cadence"] += [100 * (stride.values["cadence"] * time / 120 - 1)]
        (a, _), (b, to), (c, at) = (
            truth.print_at(foot, t) for foot, t in ((side, start), (side, end), (1 - side, middle))
        )
        way = (to + at) / 2
        step = (b - c) @ [np.sin(way), np.cos(way)]
        found["stride length"] += [
            100 * (stride.values["stride_length"] / np.linalg.norm(b - a) - 1)
        ]
        found["step length"] += [100 * (stride.values["step_length"] / step - 1)]
    return found


def limping(person: Identity, shorter: float) -> Identity:
    """The same person, whose left steps are that share shorter than the right ones."""
    mean, spread, _ = TRAITS["step_asymmetry"]
    wanted = 0.5 * shorter / (2 - shorter)
    style = person.style.copy()
    style[list(TRAITS).index("step_asymmetry")] = (wanted - mean) / spread
    return replace(person, style=style)


def _worst(walks: list[dict[str, list[float]]], key: str) -> str:
    single = max(np.abs(some[key]).max() for some in walks)
    if key in ("heel strike", "toe-off"):
        return f"{single:.2f}"
    return f"{max(abs(np.mean(some[key])) for some in walks):.2f} ({single:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--seconds", type=float, default=10.0)
    chosen = parser.parse_args()
    body = Body.embedded()
    names = ("heel strike", "toe-off", "cadence", "stride length", "step length")
    print(f"{'largest error, %':16}{'fps':>5}{'strides':>9}{'left out':>10}", end="")
    print("".join(f"{name:>16}" for name in names))
    for name, draw in ROUTES.items():
        for fps in (25.0, 50.0, 100.0):
            walks = []
            left_out = 0
            for seed in range(chosen.people):
                generator = np.random.default_rng(seed)
                person, route = Identity.draw(generator), draw(generator)
                steps = walk(body, person, route, frames=int(chosen.seconds * fps), fps=fps)
                gait = measure_gait(steps.motion, body)
                left_out += len(gait.left_out())
                walks.append(errors_of(Truth(body, person, route, steps), gait))
            count = sum(len(some["cadence"]) for some in walks)
            print(f"{name:16}{fps:5g}{count:9}{left_out:10}", end="")
            print("".join(f"{_worst(walks, key):>16}" for key in names))
    print("\nleft steps 10 % shorter: found, %")
    for fps in (25.0, 50.0, 100.0):
        found = []
        for seed in range(chosen.people):
            person = limping(Identity.draw(np.random.default_rng(seed)), 0.1)
            steps = walk(body, person, frames=int(chosen.seconds * fps), fps=fps)
            length = summary_of([measure_gait(steps.motion, body)])["step_length"]
            found.append(100 * (1 - length["left"].mean / length["right"].mean))
        print(f"{fps:6g} fps: {min(found):.2f} to {max(found):.2f}")


if __name__ == "__main__":
    main()
