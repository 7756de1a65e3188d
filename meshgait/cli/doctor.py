"""Say which optional parts work on this machine and how to get the others."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from meshgait._optional import find, require
from meshgait._version import __version__
from meshgait.cli._parsing import make_parser, parse
from meshgait.errors import BodyNotFoundError, DependencyError

# What it is for, the module, its distribution, the extra that brings it.
_PARTS = (
    ("training", "lightning_fabric", "lightning-fabric", "train"),
    ("training curves", "tensorboard", "tensorboard", "train"),
    ("published silhouette normalisation", "cv2", "opencv-python-headless", "data"),
    ("fast rendering on CPUs", "numba", "numba", "fast"),
    ("C3D motion capture", "c3d", "c3d", "mocap"),
    ("export to ONNX", "onnxscript", "onnxscript", "onnx"),
    ("running ONNX files", "onnxruntime", "onnxruntime", "onnx"),
    ("graph layers", "torch_geometric", "torch-geometric", "graph"),
    ("networks that see people in videos", "ai_edge_litert", "ai-edge-litert", "video"),
    ("videos as H.264", "imageio_ffmpeg", "imageio-ffmpeg", "video"),
    ("how sure an identification is", "sklearn", "scikit-learn", "video"),
    ("data made by a Dask cluster", "distributed", "distributed", "cluster"),
    ("the page of meshgait app", "streamlit", "streamlit", "app"),
    ("3D windows", "open3d", "open3d", "viz"),
    ("weights from the Hugging Face hub", "huggingface_hub", "huggingface-hub", "hub"),
    ("PyTorch3D's renderer", "pytorch3d", "easypytorch3d", "pytorch3d"),
)


def run(arguments: Sequence[str]) -> None:
    """Print one line for each part."""
    parser = make_parser("doctor", __doc__)
    parser.add_argument(
        "--fetch", action="store_true", help="fetch the networks that see people in videos, if "
        "they are missing",
    )  # fmt: skip
    parser.add_argument(
        "--load", action="store_true", help="load every package that is installed, to see that it "
        "works: seconds",
    )  # fmt: skip
    chosen = parse(parser, arguments)
    if chosen.fetch:
        from meshgait.video.weights import pose_weights

        pose_weights()
    _show_machine()
    for purpose, module, distribution, extra in _PARTS:
        _check_package(purpose, module, distribution, extra, load=chosen.load)
    if chosen.load:
        _check_drawing()
    _check_bodies()
    _check_video()
    if not chosen.load:
        print("found: installed, not tried; meshgait doctor --load loads each of them, in seconds")


def _show_machine() -> None:
    import loky
    import torch

    print(f"meshgait {__version__}, Python {platform.python_version()}, torch {torch.__version__}")
    threads = torch.get_num_threads()
    print(f"{loky.cpu_count()} processor cores, {threads} threads of torch")
    has_gpu = torch.cuda.is_available()
    _line(has_gpu, "GPU", torch.cuda.get_device_name() if has_gpu else "torch sees none")


def _check_package(purpose: str, module: str, distribution: str, extra: str, *, load: bool) -> None:
    try:
        (require if load else find)(module, extra=extra)
        word = "ok" if load else "found"
        _line(True, purpose, f"{distribution} {_version(distribution)}", word)
    except DependencyError as error:
        _line(False, purpose, str(error))


def _check_drawing() -> None:
    from meshgait.render import backends

    for device, choice in backends().items():
        _line(choice.missing is None, f"rendering on {device}", choice.missing or choice.backend)


def _check_video() -> None:
    from meshgait.video.weights import FETCH, find_weights

    found = find_weights()
    how = f"run `{FETCH}`" if found is None else str(found.detection.parent)
    _line(found is not None, "weights of those that see people", how)


def _check_bodies() -> None:
    from meshgait.body.files import find_body

    _line(True, "body without a licence", "embedded, CC0: Body.embedded()")
    try:
        _line(True, "SMPL body", str(find_body("SMPL_NEUTRAL.pkl")))
    except BodyNotFoundError as error:
        _line(False, "SMPL body", str(error).splitlines()[-1])


def _line(works: bool, purpose: str, text: str, word: str = "ok") -> None:
    print(f"{word if works else 'missing':7}  {purpose}: {text}")


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "(version unknown)"
