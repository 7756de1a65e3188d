"""A network, a loss, clips and a protocol of your own: trained, saved, scored and exported."""

import argparse
import csv
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from meshgait import GaitSequence, Recipe, embed, evaluate, fit, load_model
from meshgait.data import SubjectsAndClips, UnorderedFrames, read_protocols
from meshgait.zoo import check_onnx, to_onnx


class OwnNet(nn.Module):
    """Strips of a convolution's largest answers: all that a network must have is here."""

    inputs = ("silhouette",)  # what it reads; forward takes each by name, and a mask

    def __init__(self, channels: int = 16, strips: int = 4) -> None:
        super().__init__()
        self.config = {"channels": channels, "strips": strips}  # by which a checkpoint builds it
        self.embedding_shape = (strips, channels)
        self.convolution = nn.Conv2d(1, channels, 5, stride=2)
        self.strips = nn.AdaptiveAvgPool2d((strips, 1))

    def forward(self, silhouette: Tensor, mask: Tensor | None = None) -> Tensor:
        images = silhouette.flatten(0, 1).unsqueeze(1) / 255  # (B * T, 1, H, W)
        strips = self.strips(self.convolution(images).relu()).squeeze(-1)
        strips = strips.unflatten(0, silhouette.shape[:2])  # (B, T, C, P)
        if mask is not None:
            strips = strips.masked_fill(~mask[:, :, None, None], -torch.inf)
        return strips.amax(1).mT


class OwnLoss(nn.Module):
    """Softmax over similarities: the others of one's identity are to be the nearest."""

    def forward(self, embedding: Tensor, label: Tensor) -> Tensor:
        unit = nn.functional.normalize(embedding.flatten(1), dim=1)
        itself = torch.eye(len(unit), dtype=torch.bool, device=unit.device)
        log_chance = (unit @ unit.T / 0.1).masked_fill(itself, -1e9).log_softmax(1)
        same = (label[:, None] == label) & ~itself
        return -log_chance[same].mean()


class OwnClips(list[GaitSequence]):
    """Any list is a data set that also says who its clips are of."""

    @property
    def records(self) -> list:
        return [clip.record for clip in self]


def make_clips(people: range, clips: int) -> OwnClips:
    """Bars that swing, each person's with another width and height."""
    found, rows, columns = OwnClips(), *np.mgrid[:32, :22]
    for person in people:
        who = np.random.default_rng(person)
        width, height, swing = who.uniform(2, 7), who.uniform(14, 28), who.uniform(1, 4)
        for clip in range(clips):
            phase = np.arange(12)[:, None, None] / 2 + clip
            middle = 11 + swing * np.sin(phase) * rows / 32
            bar = (abs(columns - middle) < width / 2) & (rows > 31 - height)
            frames = {"silhouette": (255 * bar).astype(np.uint8)}
            found.append(GaitSequence(f"p{person:02}", "walk", f"{clip}", frames))
    return found


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--out", type=Path, default=Path("out/own_model"))
    options = parser.parse_args(argv)
    train, test = make_clips(range(20), 4), make_clips(range(20, 30), 3)

    recipe = Recipe(options.steps, SubjectsAndClips(8, 4), UnorderedFrames(6), milestones=())
    fit(OwnNet(), train, recipe, loss=OwnLoss(), out=options.out, resume=True)
    model = load_model(options.out / "checkpoint.pt", model=OwnNet)

    with (options.out / "protocol.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "sequence", "role", "view", "condition"])
        for who in test.records:
            role = "gallery" if who.view == "0" else "probe"
            rows.writerow([who.subject, who.name, role, who.view, who.condition])
    (protocol,) = read_protocols(options.out / "protocol.csv")
    for name, value in evaluate(embed(model, test), protocol).items():
        print(f"{name:10} {value:6.1f}")

    to_onnx(model, options.out / "own.onnx", like=test[0].frames)
    difference = check_onnx(model, options.out / "own.onnx", like=test[0].frames)
    print(f"ONNX differs by {difference:.0e}")


if __name__ == "__main__":
    main()
