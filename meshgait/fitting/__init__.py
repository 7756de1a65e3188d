"""Fitting bodies to silhouettes: SMPL parameters of a sequence, and what these cannot say."""

from meshgait.fitting.animation import render_fit, write_gif
from meshgait.fitting.config import FitConfig, Start
from meshgait.fitting.refine import RefineConfig, Refined, refine
from meshgait.fitting.result import Fit
from meshgait.fitting.solve import fit_silhouettes

__all__ = [
    "Fit",
    "FitConfig",
    "RefineConfig",
    "Refined",
    "Start",
    "fit_silhouettes",
    "refine",
    "render_fit",
    "write_gif",
]
