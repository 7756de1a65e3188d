"""Embeddings of sequences, and what a protocol makes of them."""

from meshgait.evaluate.embeddings import Embeddings, embed
from meshgait.evaluate.scores import Scores, Table
from meshgait.evaluate.submission import GREW, HID, Form, write_submission
from meshgait.evaluate.under_protocol import evaluate

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
