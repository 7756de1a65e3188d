"""What the networks reached when they were published, as far as a source says so."""

from __future__ import annotations

from dataclasses import dataclass

GAIT3D = "Gait3D benchmark: papers and official README"
OPENGAIT = "reported by OpenGait"
TALK = "tables of the talk that introduced Gait3D"


@dataclass(frozen=True)
class Result:
    """Percentages of a network on a dataset; on CASIA-B Rank-1 is that of normal walks.

    `note` says what is not in the columns: another variant of the network, other conditions.
    """

    model: str
    dataset: str
    rank1: float
    source: str
    rank5: float | None = None
    mean_ap: float | None = None
    mean_inp: float | None = None
    size: str = "64 x 44"
    note: str = ""

    def __str__(self) -> str:
        names = ("Rank-1", "Rank-5", "mAP", "mINP")
        values = (self.rank1, self.rank5, self.mean_ap, self.mean_inp)
        pairs = zip(names, values, strict=True)
        scores = ", ".join(f"{name} {value}" for name, value in pairs if value is not None)
        size = f" at {self.size}" if self.size else ""
        note = f", {self.note}" if self.note else ""
        return f"{self.dataset}{size}{note}: {scores} ({self.source})"


def _gait3d(model: str, *rows: tuple[str, float, float, float, float]) -> tuple[Result, ...]:
    return tuple(
        Result(model, "Gait3D", rank1, GAIT3D, rank5, mean_ap, mean_inp, size)
        for size, rank1, rank5, mean_ap, mean_inp in rows
    )


def _casia_b(
    model: str, normal: float, bag: float, coat: float, source: str, size: str = ""
) -> Result:
    note = f"{bag} with a bag and {coat} in a coat"
    return Result(model, "CASIA-B", normal, source, size=size, note=note)


_LARGE, _SMALL = "128 x 88", "64 x 44"
RESULTS: tuple[Result, ...] = (
    *_gait3d("GEINet", (_SMALL, 5.40, 14.20, 5.06, 3.14), (_LARGE, 7.00, 16.30, 6.05, 3.77)),
    *_gait3d(
        "GaitSet", (_SMALL, 36.70, 58.30, 30.01, 17.30), (_LARGE, 42.60, 63.10, 33.69, 19.69)
    ),
    *_gait3d(
        "GaitPart", (_SMALL, 28.20, 47.60, 21.58, 12.36), (_LARGE, 29.90, 50.60, 23.34, 13.15)
    ),
    *_gait3d("GLN", (_SMALL, 31.40, 52.90, 24.74, 13.58), (_LARGE, 42.20, 64.50, 33.14, 19.56)),
    *_gait3d("GaitGL", (_SMALL, 29.70, 48.50, 22.29, 13.26), (_LARGE, 23.50, 38.50, 16.40, 9.20)),
    *_gait3d("CSTL", (_SMALL, 11.70, 19.20, 5.59, 2.59), (_LARGE, 12.20, 21.70, 6.44, 3.28)),
    *_gait3d("SLN", (_SMALL, 42.90, 63.90, 35.19, 20.83), (_LARGE, 47.70, 67.20, 37.62, 22.24)),
    *_gait3d(
        "SMPLGait", (_SMALL, 46.30, 64.50, 37.16, 22.23), (_LARGE, 53.20, 71.00, 42.43, 25.97)
    ),
    *_gait3d("MTSGait", (_SMALL, 48.70, 67.10, 37.63, 21.92)),
    *_gait3d("PoseGait", ("", 0.24, 1.08, 0.47, 0.34)),
    *_gait3d("GaitGraph", ("", 6.25, 16.23, 5.18, 2.42)),
    *_gait3d("XGait", (_SMALL, 80.50, 91.90, 73.30, 55.40)),
    Result(
        "ParsingGait", "Gait3D-Parsing", 76.2, GAIT3D,
        89.1, 68.15, 41.32,
    ),
    Result("SMPLGait", "Gait3D", 48.3, OPENGAIT),
    Result("GaitBase", "Gait3D", 64.6, OPENGAIT),
    Result("DeepGaitV2", "Gait3D", 74.4, OPENGAIT),
    Result("DeepGaitV2", "GREW", 79.4, OPENGAIT, size="", note="block 3d"),
    Result("DeepGaitV2", "OU-MVLP", 92.0, OPENGAIT, size="", note="block 3d"),
    Result("SkeletonGait", "Gait3D", 38.1, OPENGAIT),
    Result("SkeletonGaitPP", "Gait3D", 77.6, OPENGAIT),
    Result("GaitGraph", "Gait3D", 9.00, OPENGAIT, size=""),
    Result("GaitTR", "Gait3D", 7.20, OPENGAIT, size=""),
    Result("GaitTR", "GREW", 48.60, OPENGAIT, size=""),
    Result("GaitTR", "OU-MVLP", 39.78, OPENGAIT, size="", note="40.31 with 18 joints"),
    Result("SwinGait", "Gait3D", 75.0, OPENGAIT),
    Result("SwinGait", "GREW", 79.3, OPENGAIT, size=""),
    Result("SwinGait", "SUSTech1K", 79.7, OPENGAIT, 91.8, size=""),
    Result("LidarGait", "SUSTech1K", 86.8, OPENGAIT, 96.1, size="64 x 64"),
    Result("GEINet", "GREW", 6.82, TALK, 13.42, size=""),
    Result("GaitSet", "GREW", 46.28, TALK, 63.58, size=""),
    Result("GaitPart", "GREW", 44.01, TALK, 60.68, size=""),
    Result("GaitGL", "GREW", 47.28, TALK, 63.56, size=""),
    Result("SLN", "GREW", 50.42, TALK, 67.89, size=""),
    Result("MTSGait", "GREW", 55.32, TALK, 71.28, size=""),
    _casia_b("GaitNet", 91.6, 85.7, 58.9, TALK, "64 x 32"),
    _casia_b("GaitSet", 95.0, 87.2, 70.4, TALK),
    _casia_b("GaitPart", 96.2, 91.5, 78.7, TALK),
    _casia_b("PoseGait", 60.5, 39.6, 29.8, TALK),
    _casia_b("GaitGraph", 87.7, 74.8, 66.3, TALK),
    _casia_b("GaitSet", 95.8, 90.0, 75.4, OPENGAIT, _SMALL),
    _casia_b("GLN", 96.4, 93.1, 81.0, OPENGAIT, _LARGE),
    _casia_b("CSTL", 98.0, 95.4, 87.0, "the paper (Huang et al., ICCV 2021)", _LARGE),
)  # fmt: skip


def results_of(model: str) -> list[Result]:
    """What is known of the network of this name, in the order of `RESULTS`."""
    return [result for result in RESULTS if result.model == model]
