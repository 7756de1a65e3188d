"""A walk in 3D where it is looked at: below a cell of a notebook."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

from meshgait.body import Body
from meshgait.errors import ConfigError
from meshgait.gait.shown import shown_of
from meshgait.io import Actor
from meshgait.sequence.motion import Motion
from meshgait.visualization.stage import stage_page


@dataclass(frozen=True, repr=False)
class Page:
    """A page that needs nothing beside it; a notebook shows it below the cell that ends with it."""

    html: str

    def __repr__(self) -> str:
        return f"Page of {len(self.html):,} characters, which a notebook shows"

    def _repr_html_(self) -> str:
        # As `srcdoc` the page needs no file and no server, and its styles and keys stay inside.
        style = "width: 100%; height: 36rem; border: 0"
        return (
            f'<iframe title="A walk in three dimensions" style="{style}" '
            f'srcdoc="{html.escape(self.html)}"></iframe>'
        )


def show(motions: Motion | Mapping[str, Motion], body: Body | None = None) -> Page:
    """A walk in 3D, to be turned and played, or several by name, side by side and in phase.

    In a notebook the last line of a cell; elsewhere `show(motion).html` is the page that
    `meshgait view -o walk.html` writes. `body` is the embedded one unless given. Raises
    `ConfigError` for what is no motion of one walk, `DataError` where there is none.
    """
    named = motions if isinstance(motions, Mapping) else {"walk": motions}
    for name, motion in named.items():
        if not isinstance(motion, Motion):
            raise ConfigError(
                f"{name} is no Motion but {type(motion).__name__}; a walk and a fit have one "
                "(.motion), a track makes one (.to_motion(body))"
            )
        if motion.pose.ndim != 2:
            raise ConfigError(f"{name} holds several motions {motion.pose.shape}; show one of them")
    body = Body.embedded() if body is None else body
    shown = [
        shown_of(Actor.of(str(name), motion), body, film)
        for film, (name, motion) in enumerate(named.items())
    ]
    return Page(stage_page(shown, body, title=", ".join(map(str, named))))
