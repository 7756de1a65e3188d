"""Scores from embeddings and distances. Nothing here knows a dataset."""

from meshgait.metrics.blockwise import search
from meshgait.metrics.distance import part_distance
from meshgait.metrics.open_set import open_set
from meshgait.metrics.pairs import same
from meshgait.metrics.rerank import Reranking, rerank
from meshgait.metrics.retrieval import ProbeScores, cmc, retrieval, score_probes
from meshgait.metrics.verification import DetCurve, det_curve, verification

__all__ = [
    "DetCurve",
    "ProbeScores",
    "Reranking",
    "cmc",
    "det_curve",
    "open_set",
    "part_distance",
    "rerank",
    "retrieval",
    "same",
    "score_probes",
    "search",
    "verification",
]
