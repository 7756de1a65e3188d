"""Losses on part embeddings (B, P, C); a loss that learns owns its weights.

The recipe of the published gait networks is `batch_all_triplet(e, y) + 0.1 * neck(e, y)`.
"""

from meshgait.losses.bnneck import OFFICIAL_NAMES, BNNeckCrossEntropy, IdentityLoss
from meshgait.losses.center import CenterLoss
from meshgait.losses.consistency import CrossCover, Disagreement, ShapeContrast
from meshgait.losses.contrast import contrastive, supervised_contrast
from meshgait.losses.siamese import SiameseContrast
from meshgait.losses.terms import LossTerms
from meshgait.losses.triplet import (
    TripletStatistics,
    batch_all_triplet,
    batch_all_triplet_per_part,
    triplet_statistics,
)

__all__ = [
    "OFFICIAL_NAMES",
    "BNNeckCrossEntropy",
    "CenterLoss",
    "CrossCover",
    "Disagreement",
    "IdentityLoss",
    "LossTerms",
    "ShapeContrast",
    "SiameseContrast",
    "TripletStatistics",
    "batch_all_triplet",
    "batch_all_triplet_per_part",
    "contrastive",
    "supervised_contrast",
    "triplet_statistics",
]
