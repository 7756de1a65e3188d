"""A data set in memory, small and meaningless: what training and evaluation are tested on."""

import numpy as np

from meshgait.sequence import GaitSequence, Record


class RandomWalks:
    """`people` with `clips` clips each; people differ in the brightness of their noise."""

    def __init__(self, people=5, clips=3, size=(16, 11), seed=0, names="{}"):
        self.seed, self.size = seed, size
        self.records = [
            Record(names.format(person), "normal", str(clip))
            for person in range(people)
            for clip in range(clips)
        ]

    def __len__(self):
        return len(self.records)

    def __getitem__(self, index):
        rng = np.random.default_rng((self.seed, index))
        record, length = self.records[index], int(rng.integers(2, 7))
        bright = 60 + 40 * sorted({r.subject for r in self.records}).index(record.subject)
        noise = rng.integers(0, bright, (length, *self.size)).astype(np.uint8)
        frames = {"silhouette": noise, "smpl": rng.standard_normal((length, 85), np.float32)}
        return GaitSequence(record.subject, record.condition, record.view, frames)
