"""Finding and reading body models in SMPL's file format, .pkl or .npz, without running them."""

import os
from pathlib import Path

import numpy as np

from meshgait.body.kinds import KINDS, SMPL, SMPLX, Kind, kind_of_joints
from meshgait.errors import BodyNotFoundError, DataError
from meshgait.files.regular import opened
from meshgait.files.restricted_pickle import read_pickle
from meshgait.files.storage import cache_dir, read_npz

# One row a model: the names under which it is handed out, the plain one first.
_OFFICIAL_NAMES = tuple(
    (
        f"SMPL_{gender.upper()}.pkl",
        f"SMPL_{gender.upper()}.npz",
        f"basicModel_{short}_lbs_10_207_0_v1.0.0.pkl",
        f"basicmodel_{short}_lbs_10_207_0_v1.1.0.pkl",
        f"basicmodel_{short}_lbs_10_207_0_v1.0.0.pkl",
    )
    for gender, short in (("neutral", "neutral"), ("male", "m"), ("female", "f"))
)
# The two that came after are handed out by their own names.
_LATER_NAMES = tuple(
    (f"{kind}_{gender}.npz", f"{kind}_{gender}.pkl")
    for kind in ("SMPLH", "SMPLX")
    for gender in ("NEUTRAL", "MALE", "FEMALE")
)
_SUB_FOLDERS = ("", *(f"{above}{name}" for name in KINDS for above in ("", "models/")))
_EXPRESSIONS_FROM = 300  # of SMPL-X's 400 directions the last 100 are those of the face
_ARRAYS = ("v_template", "shapedirs", "posedirs", "J_regressor", "weights", "kintree_table", "f")


def find_body(path: str | Path) -> Path:
    """The file `path`, or one of its official names, here or in the folders for bodies.

    Those are `$MESHGAIT_BODY_DIR` and `bodies` in the cache, each with the sub-folders `smpl`,
    `smplh`, `smplx` and `models/smpl` that other projects use. A folder means its neutral SMPL.
    Raises `BodyNotFoundError` with every place looked at.
    """
    path = Path(path).expanduser()
    tried = []
    for place in _places(path):
        if place.is_file():
            return place
        tried.append(str(place))
    places = "\n  ".join(tried)
    raise BodyNotFoundError(
        f"no body model {path.name!r}. Looked for:\n  {places}\n"
        f"{_where_to_get(path.name)}, put the file into "
        "the folder $MESHGAIT_BODY_DIR or give its path; no renaming is needed. "
        "Body.embedded() needs no download and no licence.",
        code="body",
    )


def _where_to_get(name: str) -> str:
    """Its owners give each model out at a site of its own."""
    sites = {"smplh": ("SMPL-H", "mano.is.tue.mpg.de"), "smplx": ("SMPL-X", "smpl-x.is.tue.mpg.de")}
    found = next((sites[kind] for kind in sites if name.lower().startswith(kind)), None)
    title, site = found or ("SMPL", "smpl.is.tue.mpg.de")
    return f"Download {title} from its site ({site}, free for research)"


def _places(path: Path) -> list[Path]:
    is_folder = path.is_dir()
    folders = [path if is_folder else path.parent]
    if not is_folder and not path.is_absolute():
        own = os.environ.get("MESHGAIT_BODY_DIR")
        folders += [Path(own).expanduser()] if own else []
        folders += [cache_dir() / "bodies"]
    folders = [folder / sub for folder in folders for sub in _SUB_FOLDERS]
    name = _OFFICIAL_NAMES[0][0] if is_folder else path.name
    aliases = next((row for row in (*_OFFICIAL_NAMES, *_LATER_NAMES) if name in row), ())
    names = dict.fromkeys((name, *aliases))
    return list(dict.fromkeys(folder / name for folder in folders for name in names))


def read_body(path: str | Path) -> dict[str, np.ndarray]:
    """The arrays of a file of SMPL, SMPL-H or SMPL-X, whatever its name, checked with each other.

    Of SMPL there are ten directions of shape or more: those that a file lacks are zero. SMPL-X's
    directions of the face's expression are left out.

    Raises `DataError` for a damaged file or one of another kind, `UnsafeFileError` for a pickle
    that holds anything but arrays.
    """
    path = Path(path)
    with opened(path) as file:
        is_npz = file.read(4) == b"PK\x03\x04"
    content = read_npz(path, only=_ARRAYS, objects=True) if is_npz else read_pickle(path)
    if not isinstance(content, dict):
        raise DataError(f"{path} holds a {type(content).__name__}, not the arrays of a body model")
    missing = [name for name in _ARRAYS if name not in content]
    if missing:
        raise DataError(
            f"{path} is not a body model: {', '.join(missing)} missing; found "
            f"{', '.join(sorted(map(str, content))) or 'nothing'}"
        )
    arrays = {name: _dense(content[name], f"{path}: {name}") for name in _ARRAYS}
    kind = _check_shapes(arrays, path)
    return arrays | {"shapedirs": _of_the_shape(arrays["shapedirs"], kind)}


def _dense(array: object, name: str) -> np.ndarray:
    found = np.asarray(array)
    if found.dtype.kind not in "iuf":
        raise DataError(f"{name} is of type {found.dtype}, expected numbers")
    if found.dtype.kind == "f" and not np.isfinite(found).all():
        raise DataError(f"{name} has NaN or infinite entries")
    return found


def _of_the_shape(directions: np.ndarray, kind: Kind) -> np.ndarray:
    """Those of the shape, ten or more: a body of fewer does not change with the others."""
    if kind == SMPLX:
        count = directions.shape[-1]
        return directions[..., : _EXPRESSIONS_FROM if count > _EXPRESSIONS_FROM else 10]
    missing = max(10 - directions.shape[-1], 0) if kind == SMPL else 0
    return np.pad(directions, ((0, 0), (0, 0), (0, missing))) if missing else directions


def _check_shapes(arrays: dict[str, np.ndarray], path: Path) -> Kind:
    single = [name for name, array in arrays.items() if array.ndim == 0]
    if single:
        raise DataError(f"{path}: {single[0]} is a single number, not an array")
    vertices = len(arrays["v_template"])
    joints = arrays["weights"].shape[-1]
    betas = arrays["shapedirs"].shape[-1]
    expected = {
        "v_template": (vertices, 3),
        "shapedirs": (vertices, 3, betas),
        "posedirs": (vertices, 3, 9 * (joints - 1)),
        "J_regressor": (joints, vertices),
        "weights": (vertices, joints),
        "kintree_table": (2, joints),
        "f": (len(arrays["f"]), 3),
    }
    for name, shape in expected.items():
        if arrays[name].shape != shape:
            raise DataError(f"{path}: {name} is {arrays[name].shape}, expected {shape}")
    kind = kind_of_joints(joints)
    if kind is None:
        known = ", ".join(f"{len(kind.joints)} ({kind.title})" for kind in KINDS.values())
        raise DataError(f"{path} has {joints} joints; bodies of {known} are read")
    parents = arrays["kintree_table"][0, 1:].astype(np.int64)
    if (parents < 0).any() or (parents > np.arange(joints - 1)).any():
        raise DataError(f"{path}: kintree_table hangs a joint on one that does not come before it")
    if len(arrays["f"]) == 0 or arrays["f"].min() < 0 or arrays["f"].max() >= vertices:
        raise DataError(f"{path}: f names vertices that do not exist")
    return kind
