"""A small random body in SMPL's format, and the ways in which it is stored in the wild."""

import contextlib
import io
import pickle
from collections import defaultdict

import numpy as np
import smplx
from scipy.sparse import csc_matrix
from smplx.utils import Struct

from meshgait.body import JOINT_PARENTS


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
