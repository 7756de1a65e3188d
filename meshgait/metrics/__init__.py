"""Scores from embeddings and distances. Nothing here knows a dataset."""

from meshgait.metrics.blockwise import search
from meshgait.metrics.distance import part_distance
from meshgait.metrics.open_set import open_set
from meshgait.metrics.pairs import same
from meshgait.metrics.rerank import Reranking, rerank
from meshgait.metrics.retrieval import QueryScores, cmc, retrieval, score_queries
from meshgait.metrics.verification import DetCurve, det_curve, verification

__all__ = [
    "DetCurve",
    "QueryScores",
    "Reranking",
    "cmc",
    "det_curve",
    "open_set",
    "part_distance",
    "rerank",
    "retrieval",
    "same",
    "score_queries",
    "search",
    "verification",
]
