"""Fitting bodies to silhouettes: SMPL parameters of a sequence, with or without a camera."""

from meshgait.fitting.animation import render_fit, write_gif
from meshgait.fitting.config import FitConfig, Start
from meshgait.fitting.result import Fit
from meshgait.fitting.solve import fit_silhouettes

__all__ = ["Fit", "FitConfig", "Start", "fit_silhouettes", "render_fit", "write_gif"]
