"""Small random bodies in the formats of SMPL and its heirs, and how they are stored in the wild."""

import contextlib
import io
import pickle
from collections import defaultdict

import numpy as np
import smplx
from scipy.sparse import csc_matrix
from smplx.utils import Struct

from meshgait.body import JOINT_INDEX, JOINT_NAMES, JOINT_PARENTS
from meshgait.body._embedded import load_embedded


def small_body(vertices=40, seed=0):
    rng = np.random.default_rng(seed)
    weights = rng.random((vertices, 24)) ** 8
    regressor = rng.random((24, vertices)) ** 8
    parents = np.array([JOINT_PARENTS, range(24)])
    return {
        "v_template": rng.normal(0, 0.5, (vertices, 3)),
        "shapedirs": rng.normal(0, 0.02, (vertices, 3, 10)),
        "posedirs": rng.normal(0, 0.01, (vertices, 3, 207)),
        "J_regressor": regressor / regressor.sum(1, keepdims=True),
        "weights": weights / weights.sum(1, keepdims=True),
        "kintree_table": parents.astype(np.uint32),
        "f": rng.integers(0, vertices, (70, 3)).astype(np.uint32),
    }


CHAINS = [
    parent
    for wrist, first in ((20, 0), (21, 15))
    for finger in range(5)
    for parent in (wrist, first + 3 * finger, first + 3 * finger + 1)
]  # of fingers, whose own joints are counted from 0


def parents_of(joints):
    """Who hangs on whom in SMPL (24 joints), SMPL-H (52) and SMPL-X (55)."""
    if joints == 24:
        return list(JOINT_PARENTS)
    face = [15] * (joints - 52)
    first = 22 + len(face)
    fingers = [p if n % 3 == 0 else first + p for n, p in enumerate(CHAINS)]
    return [*JOINT_PARENTS[:22], *face, *fingers]


def later_body(joints, vertices=60, seed=0, *, kind=np.float64):
    """A random body of SMPL-H or SMPL-X, with all that smplx wants of its file."""
    rng = np.random.default_rng(seed)
    directions = 16 if joints == 52 else 400
    weights = rng.random((vertices, joints)) ** 8
    regressor = rng.random((joints, vertices)) ** 8
    roots = np.array([parents_of(joints), range(joints)], np.int64).astype(np.uint32)  # -1 wraps
    hand = {f"hands_components{side}": np.eye(45) for side in "lr"} | {
        f"hands_mean{side}": rng.normal(0, 0.2, 45) for side in "lr"
    }
    face = {"lmk_faces_idx": np.zeros(51, np.int64), "lmk_bary_coords": np.full((51, 3), 1 / 3)}
    body = {
        "v_template": rng.normal(0, 0.5, (vertices, 3)),
        "shapedirs": rng.normal(0, 0.02, (vertices, 3, directions)),
        "posedirs": rng.normal(0, 0.01, (vertices, 3, 9 * (joints - 1))),
        "J_regressor": regressor / regressor.sum(1, keepdims=True),
        "weights": weights / weights.sum(1, keepdims=True),
    }
    return {
        **{name: array.astype(kind) for name, array in body.items()},
        **hand, **face, "kintree_table": roots,
        "f": rng.integers(0, vertices, (70, 3)).astype(np.uint32),
    }  # fmt: skip


def other_topology(kind, mix, *, shift=(0.0, 0.0, 0.0)):
    """The embedded body as a file of `kind`: its shapes are mixed, its vertices are as many.

    Coefficients b there are `mix @ b` (10, K) of the embedded body. Edges are split until there are
    enough vertices; fingers move with the hand.
    """
    ours = load_embedded()
    edges, faces = _split_edges(ours["f"], kind.vertices - 6890)
    names = [name if name in JOINT_INDEX else f"{name.partition('_')[0]}_hand"
             for name in kind.joints]  # fmt: skip
    hands = {f"{side}_hand": f"{side}_middle1" for side in ("left", "right")}
    own = [kind.joints.index(hands.get(name, name)) for name in JOINT_NAMES]
    place = [JOINT_INDEX.get(name, 15) for name in names]

    def wider(array):
        return np.concatenate([array, (array[edges[:, 0]] + array[edges[:, 1]]) / 2])

    weights = np.zeros((kind.vertices, len(names)), np.float32)
    weights[:, own] = wider(ours["weights"])
    posedirs = np.zeros((kind.vertices, 3, 9 * len(names) - 9), np.float32)
    posedirs[..., :189] = wider(ours["posedirs"][..., :189])
    regressor = np.zeros((len(names), kind.vertices), np.float32)
    regressor[:, :6890] = ours["J_regressor"][place]
    shapes = wider(ours["shapedirs"]) @ mix.astype(np.float32)
    expressions = np.zeros((kind.vertices, 3, 10 if kind.name == "smplx" else 0), np.float32)
    return {
        "v_template": wider(ours["v_template"]) + np.array(shift, np.float32),
        "shapedirs": np.concatenate([shapes, expressions], axis=2), "posedirs": posedirs,
        "J_regressor": regressor, "weights": weights, "f": faces.astype(np.uint32),
        "kintree_table": np.array([parents_of(len(names)), range(len(names))]),
    }  # fmt: skip


def _split_edges(faces, count):
    """`count` edges of which no two are of one triangle, and the triangles that then are there."""
    across = {}
    for number, (a, b, c) in enumerate(faces.tolist()):
        for start, end, top in ((a, b, c), (b, c, a), (c, a, b)):
            across[start, end] = number, top
    edges, used, found = [], set(), []
    for (a, b), (number, top) in across.items():
        other = across.get((b, a))
        if len(edges) == count or other is None or {number, other[0]} & used:
            continue
        used |= {number, other[0]}
        middle = 6890 + len(edges)
        edges.append((a, b))
        found += [(a, middle, top), (middle, b, top)]
        found += [(b, middle, other[1]), (middle, a, other[1])]
    kept = [face for number, face in enumerate(faces.tolist()) if number not in used]
    return np.array(edges, np.int64).reshape(-1, 2), np.array(kept + found)


def smplx_layer(arrays):
    """smplx's own body of these arrays, made as its users make it."""
    struct = Struct(**arrays | {"kintree_table": arrays["kintree_table"].astype(np.int64)})
    landmarks = arrays.get("vertex_ids") or defaultdict(int)
    with contextlib.redirect_stdout(io.StringIO()):  # it warns of fewer than 300 shapes
        return smplx.SMPLLayer("", data_struct=struct, vertex_ids=landmarks)


def python2_pickle(arrays):
    """As SMPL's own files: Python 2 opcodes, chumpy objects, a sparse matrix by its old path."""
    pickler_input = dict(arrays, J_regressor=csc_matrix(arrays["J_regressor"]))
    for name in ("shapedirs", "posedirs", "v_template"):
        pickler_input[name] = _Ch(arrays[name])
    content = pickle.dumps(pickler_input, protocol=2)
    content = content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    content = content.replace(b"scipy.sparse._csc", b"scipy.sparse.csc")
    return content.replace(f"{__name__}\n_Ch".encode(), b"chumpy.ch\nCh")


class _Ch:
    def __init__(self, array):
        self.x = array
