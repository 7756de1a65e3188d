"""Make SyntheticGait, walkers seen by cameras anywhere, or MotionGait of a folder of motions."""

from __future__ import annotations

from collections.abc import Sequence

from meshgait.cli._parsing import make_parser, parse
from meshgait.cli._sharing import add_sharing, sharing


def run(arguments: Sequence[str]) -> None:
    """Make what is not there yet and describe it."""
    from meshgait.data.synthetic.dataset import SyntheticGait
    from meshgait.data.synthetic.motion_gait import MotionGait

    is_captured = any(word.split("=")[0] == "--motion" for word in arguments)
    parser = make_parser("synth", __doc__)
    parser.add_argument("--config", action="config", help="YAML file of these settings")
    parser.add_argument(
        "--motion", type=str | None, default=None, help="folder of subject/trial files of motion "
        "capture, of any format that is read; with it --data is that of MotionGait",
    )  # fmt: skip
    if is_captured:
        parser.add_class_arguments(MotionGait, "data")
        parser.link_arguments("motion", "data.root")
    else:
        parser.add_class_arguments(SyntheticGait, "data")
    add_sharing(parser)
    data = parse(parser, arguments, within=sharing).data
    frames = sum(data.store.lengths)
    print(f"{data.folder}: {data.identities} people, {len(data)} clips, {frames} frames")
