import contextlib
import io
import os
import pickle
import pickletools
from collections import OrderedDict, defaultdict

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from meshgait.errors import DataError, UnsafeFileError
from meshgait.files.restricted_pickle import loads, read_pickle

plain_dtypes = st.one_of(
    hnp.integer_dtypes(), hnp.unsigned_integer_dtypes(), hnp.floating_dtypes(),
    hnp.boolean_dtypes(), hnp.complex_number_dtypes(), hnp.unicode_string_dtypes(),
    hnp.byte_string_dtypes(),
)  # fmt: skip


@given(hnp.arrays(plain_dtypes, hnp.array_shapes(min_dims=0, min_side=0)), st.integers(0, 5))
def test_every_plain_array_survives_in_every_protocol(array, protocol):
    for given_array in (array, np.asfortranarray(array)):
        found = loads(pickle.dumps(given_array, protocol=protocol))
        assert type(found) is np.ndarray
        assert found.dtype == array.dtype.newbyteorder("=")
        np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize("protocol", range(6))
def test_containers_and_numbers_survive(protocol):
    shared = [1, 2.5, "text", b"bytes", None, True, 3 + 4j, {1, 2}, frozenset([3])]
    content = OrderedDict(a=shared, b=(shared, np.float32(1.5)), c=np.array([None, [1]], object))
    found = loads(pickle.dumps(content, protocol=protocol))
    assert list(found) == ["a", "b", "c"]
    assert found["a"] == shared
    assert found["b"][0] is found["a"]
    assert found["b"][1] == np.float32(1.5)
    assert found["c"].tolist() == [None, [1]]


def test_what_contains_itself_is_refused():
    loop = []
    loop.append({"loop": loop})
    with pytest.raises(DataError, match="contains itself"):
        loads(pickle.dumps(loop))


class _Runs:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(6))
def test_code_in_a_pickle_is_refused_and_not_run(tmp_path, protocol):
    witness = tmp_path / "ran"
    evil = tmp_path / "evil.pkl"
    for call in (_Runs(os.system, f"touch {witness}"), _Runs(eval, f"open({str(witness)!r}, 'w')")):
        evil.write_bytes(pickle.dumps({"v_template": call}, protocol=protocol))
        with pytest.raises(UnsafeFileError, match=r"evil.pkl: the pickle names .*not.*run"):
            read_pickle(evil)
    assert not witness.exists()


@pytest.mark.parametrize(
    "program",
    [
        b"cnumpy\nndarray\n(I1000000\ntR.",  # an array without going through a state
        b"cnumpy\ndtype\n(S'V8'\ntR.",
        b"cbuiltins\nobject\n)R.",
        b"c_codecs\nencode\n(S'x'\nS'zlib'\ntR.",
        b"ccopyreg\n_reconstructor\n(cbuiltins\nset\ncbuiltins\nobject\nNtR.",
        b"cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(S'O8'\ntRS'12345678'\ntR.",
        b"cnumpy.core.multiarray\n_reconstruct\n(cbuiltins\nset\n(I0\ntS'b'\ntR.",
        b"cchumpy.utils\nanything\n.",
    ],
)
def test_admitted_words_cannot_be_turned_into_something_else(program):
    pickletools.dis(program, out=io.StringIO())  # the programs themselves are well formed
    with pytest.raises(DataError):
        loads(program)


def _array_program(dtype, shape, raw):
    """A hand-made pickle of an array whose shape and content need not agree."""

    class Lie:
        def __reduce__(self):
            rebuild, arguments, _ = np.zeros(0, np.uint8).__reduce__()
            return rebuild, arguments, (1, shape, np.dtype(dtype), False, raw)

    return pickle.dumps(Lie())


@pytest.mark.parametrize(
    ("dtype", "shape", "raw"),
    [("f8", (4,), b"12345678"), ("u1", (10**15,), b""), ("O", (1,), b"12345678"), ("O", (2,), [1])],
)
def test_arrays_that_lie_about_their_size_are_damaged(dtype, shape, raw):
    with pytest.raises(DataError):
        loads(_array_program(dtype, shape, raw))


@settings(max_examples=300)
@given(st.data())
def test_damaged_pickles_end_in_our_error_and_nothing_else(data):
    whole = pickle.dumps({"a": np.arange(20), "b": ["x", (1, 2)], "c": np.float32(2)}, protocol=4)
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 3))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DataError):
        loads(bytes(damaged))


def test_chumpy_and_sparse_arrays_are_read_without_those_packages():
    # The opcodes that Python 2 wrote for `chumpy.ch.Ch` and for scipy's old module path.
    def instance(module, name, state):
        body = pickle.dumps(state, protocol=2)[2:-1]
        return b"ccopy_reg\n_reconstructor\n(c%s\n%s\nc__builtin__\nobject\nNtR%sb" % (
            module, name, body,
        )  # fmt: skip

    inner = np.arange(6.0)
    # Parts are pickled apart, so their memo slots would clash: check them one by one.
    found = loads(b"\x80\x02" + instance(b"chumpy.ch", b"Ch", {"x": inner}) + b".")
    np.testing.assert_array_equal(found, inner)
    picked = {"a": inner, "idxs": np.array([3, 1]), "preferred_shape": (2, 1)}
    found = loads(b"\x80\x02" + instance(b"chumpy.reordering", b"Select", picked) + b".")
    np.testing.assert_array_equal(found, [[3.0], [1.0]])
    sparse = {
        "data": np.array([5.0, 7.0]), "indices": np.array([0, 2], np.int32),
        "indptr": np.array([0, 1, 2], np.int32), "_shape": (3, 2),
    }  # fmt: skip
    found = loads(b"\x80\x02" + instance(b"scipy.sparse.csc", b"csc_matrix", sparse) + b".")
    np.testing.assert_array_equal(found, [[5, 0], [0, 0], [0, 7]])
    sparse["indices"] = np.array([0, 9], np.int32)
    with pytest.raises(DataError):
        loads(b"\x80\x02" + instance(b"scipy.sparse.csc", b"csc_matrix", sparse) + b".")


def _content():
    walk = {"pose": np.arange(12.0).reshape(3, 4), "turned": np.asfortranarray(np.eye(2, 3))}
    odd = {"none": np.zeros((0, 3)), "mixed": np.array([None, [1]], object), "one": np.float32(3)}
    return defaultdict(dict, {1: walk, 2: odd})


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("compress", [0, 3, ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)])
def test_files_of_joblib_are_read_without_it(tmp_path, protocol, compress):
    joblib.dump(_content(), tmp_path / "x.pkl", compress=compress, protocol=protocol)
    found = read_pickle(tmp_path / "x.pkl")
    assert type(found) is dict
    for track, arrays in _content().items():
        assert list(found[track]) == list(arrays)
        for name, array in arrays.items():
            assert np.array_equal(found[track][name], array)


@pytest.mark.parametrize("compress", [0, 3])
def test_code_in_a_file_of_joblib_is_refused_and_not_run(tmp_path, compress):
    witness = tmp_path / "ran"
    evil = {"pose": np.zeros(3), "more": np.array([_Runs(os.system, f"touch {witness}")], object)}
    for content in (evil, evil["more"][0], {"a": evil["more"][0]}):
        joblib.dump(content, tmp_path / "evil.pkl", compress=compress)
        with pytest.raises(UnsafeFileError, match=r"evil.pkl: the pickle names .*not.*run"):
            read_pickle(tmp_path / "evil.pkl")
    assert not witness.exists()


@settings(max_examples=150)
@given(st.data())
def test_damaged_files_of_joblib_end_in_our_error_and_nothing_else(data):
    file = io.BytesIO()
    joblib.dump(_content(), file)
    whole = file.getvalue()
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 3))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DataError):
        loads(bytes(damaged))
