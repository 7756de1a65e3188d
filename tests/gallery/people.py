"""Embeddings of people who do not exist."""

import numpy as np

PARTS, CHANNELS = 4, 16


def embeddings(people, clips, *, spread=0.35, seed=0):
    """(people, clips, P, C): a direction for each person, and noise for each clip."""
    chance = np.random.default_rng(seed)
    middle = chance.standard_normal((people, 1, PARTS, CHANNELS))
    noise = chance.standard_normal((people, clips, PARTS, CHANNELS))
    return (middle + spread * noise).astype(np.float32)
