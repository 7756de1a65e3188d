"""Networks of a clone of OpenGait or of the Gait3D benchmark, built as their own configs say.

For `models.py --against PATH`. Nothing is guessed: what a clone or this machine lacks is named.
Code of the clone is run, so point it at one that you trust.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import torch
import yaml
from torch import nn
from torch.nn.functional import cross_entropy

from meshgait.losses import batch_all_triplet

ROOTS = ("opengait", "lib")  # of OpenGait, and of the Gait3D benchmark's first version
NAMES = {"SLN": "Baseline"}  # what they call those that have another name here


class MissingError(Exception):
    """What a clone, or this machine, lacks for a network."""


def load(clone, name, device):
    """The original of our network `name`, with the weights that its own initialisation draws."""
    theirs = NAMES.get(name, name)
    settings = config(clone, theirs)
    kind = find_class(clone, theirs)
    model = kind.__new__(kind)  # its own constructor wants CUDA, processes and a data set
    nn.Module.__init__(model)
    model.build_network(settings)
    model.init_parameters()
    return model.to(device)


def root_of(clone):
    for name in ROOTS:
        if (clone / name / "modeling" / "models").is_dir():
            return clone / name
    raise MissingError(f"{clone} has no folder modeling/models in {' or '.join(ROOTS)}")


def config(clone, theirs):
    """`model_cfg` of the network in the clone's YAML, that of Gait3D where there is one."""
    found = []
    for path in sorted(clone.rglob("*.yaml")):
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError):
            continue
        model = content.get("model_cfg") if isinstance(content, dict) else None
        if isinstance(model, dict) and model.get("model") == theirs:
            found.append(("gait3d" not in path.stem.lower(), str(path), model))
    if not found:
        raise MissingError(f"no YAML file of {clone} has a model_cfg of {theirs}")
    _, path, model = min(found, key=lambda entry: entry[:2])
    print(f"{theirs} as in {path}")
    return model


def find_class(clone, theirs):
    """The class, from the one file that defines it: their package imports all networks at once."""
    root = root_of(clone)
    files = [
        path for path in sorted((root / "modeling" / "models").glob("*.py"))
        if f"class {theirs}(" in path.read_text(encoding="utf-8")
    ]  # fmt: skip
    if not files:
        raise MissingError(f"no file in {root / 'modeling' / 'models'} defines {theirs}")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    package = ModuleType("modeling.models")
    package.__path__ = [str(root / "modeling" / "models")]
    sys.modules["modeling.models"] = package
    try:
        module = importlib.import_module(f"modeling.models.{files[0].stem}")
    except ImportError as error:
        raise MissingError(f"{files[0]} cannot be imported: {error}") from error
    return getattr(module, theirs)


def training_step(model, optimizer, clips, label):
    """A step of theirs with the losses that ours has: triplets, and 0.1 of the cross-entropy."""
    inputs = [
        clip.float() / 255 if clip.dtype == torch.uint8 else clip.float() for clip in clips.values()
    ]

    def step():
        found = model((inputs, label, None, None, None))["training_feat"]
        loss = batch_all_triplet(found["triplet"]["embeddings"].mT, label)  # (B, C, P) of theirs
        if "softmax" in found:
            logits = found["softmax"]["logits"]  # (B, ids, P)
            loss = loss + 0.1 * cross_entropy(logits, label[:, None].expand(-1, logits.shape[2]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step


def clone_at(text):
    """The argument of `--against`."""
    path = Path(text)
    if not path.is_dir():
        raise MissingError(f"{path} is no folder; give that of a clone")
    return path
