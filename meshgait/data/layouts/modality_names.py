"""The modality that the name of a file or folder tells: by whole words, never by parts of them."""

from __future__ import annotations

import re

_WORDS = {
    "silhouette": ("sil", "sils", "silhouette", "silhouettes", "mask", "masks"),
    "parsing": ("pars", "parsing", "parsings"),
    "smpl": ("smpl", "smpls"),
    "skeleton2d": ("pose", "poses", "keypoints"),
}
_MODALITIES = {word: modality for modality, words in _WORDS.items() for word in words}
# What others keep beside them, whatever else the name says: sils of a lidar, heat maps of poses.
_OTHERS = frozenset(
    ("depth", "depths", "flow", "gei", "geis", "heatmap", "heatmaps", "lidar", "pcd", "pcds",
     "ratio", "ratios", "rgb")
)  # fmt: skip
_NEUTRAL = frozenset(
    ("d", "pkl", "pkls", "png", "raw", "image", "images", "data", "frame", "frames")
)


def named_modality(name: str) -> str | None:
    """The modality that the name of a file or folder tells.

    >>> named_modality("2D_Parsings"), named_modality("smpls-seq0.pkl"), named_modality("sparse")
    ('parsing', 'smpl', None)
    """
    found = {_MODALITIES[word] for word in _words(name) if word in _MODALITIES}
    return found.pop() if len(found) == 1 and not named_other(name) else None


def named_other(name: str) -> str | None:
    """A word in the name that tells something which is not read here.

    >>> named_other("0_heatmap.pkl"), named_other("02-LiDAR-PCDs_sils.pkl")
    ('heatmap', 'lidar')
    """
    words = _words(name)
    if re.search(r"(?<![A-Za-z])3d", name, re.IGNORECASE) and "skeleton2d" in map(
        _MODALITIES.get, words
    ):
        return "3d"
    return next((word for word in words if word in _OTHERS), None)


def is_only_modality(name: str, title: str) -> bool:
    """Whether a name says a modality, the data set it is of, and nothing else.

    >>> is_only_modality("Gait3D-sils-64-64-pkl", "Gait3D"), is_only_modality("pose-study", "any")
    (True, False)
    """
    rest = {word for word in _words(name) if word not in _MODALITIES}
    return named_modality(name) is not None and rest <= _NEUTRAL | set(_words(title))


def _words(name: str) -> list[str]:
    text = re.sub(r"[23][dD](?=[A-Z_\W]|$)", " ", name)
    text = re.sub(r"LiDAR", "lidar", text)
    return re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", text).lower())
