"""Embeddings of sequences, and what a protocol makes of them."""

from meshgait.evaluation.embeddings import Embeddings, embed
from meshgait.evaluation.scores import Scores, Table
from meshgait.evaluation.submission import GREW, HID, Form, write_submission
from meshgait.evaluation.under_protocol import evaluate

__all__ = [
    "GREW",
    "HID",
    "Embeddings",
    "Form",
    "Scores",
    "Table",
    "embed",
    "evaluate",
    "write_submission",
]
