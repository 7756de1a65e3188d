"""What a small pickle may not cost, and what it may not change."""

import pickle
import pickletools
import struct
import warnings

import numpy as np
import pytest

from meshgait.errors import DataError, UnsafeFileError
from meshgait.files import limits, restricted_pickle
from meshgait.files.restricted_pickle import loads

# A pair of one pair, 60 deep: 300 bytes that stand for 2**60 parts.
SHARED = b"K\x01K\x01" + b"".join(b"\x86q%ch%c" % (i, i) for i in range(60))[:-2]
ARRAY = b"cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\x00\x85C\x01btR"
BYTES = b"cnumpy\ndtype\n(X\x02\x00\x00\x00u1tR\x89"


def test_places_in_the_memo_cost_nothing_however_large():
    assert loads(b"\x80\x02Nr\x00\x00\x00\x10.") is None
    assert loads(b"Np400000000\n.") is None


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (b"\x80\x02}" + SHARED + b"Ns.", "more than 1000 parts"),
        (b"\x80\x04\x8f(" + SHARED + b"\x90.", "more than 1000 parts"),
        (b"\x80\x04(" + SHARED + b"\x91.", "more than 1000 parts"),
        (b"\x80\x02ccollections\nOrderedDict\n](" + SHARED + b"N\x86e\x85R.", "1000 parts"),
        (b"\x80\x02cbuiltins\nset\n](" + SHARED + b"e\x85R.", "1000 parts"),
        (b"\x80\x02" + SHARED + b".", "repeats its parts"),
        (b"\x80\x02cnumpy\ndtype\n" + SHARED + b"\x85R.", "an array of type is not read"),
        (b"\x80\x02}\x8a\x09" + (2**61 - 1).to_bytes(9, "little") + b"Ns.", "61 bits"),
        (b"]" * 200 + b"a" * 199 + b".", "nested more than 100 deep"),
        (b"\x80\x04\x8e" + struct.pack("<Q", 1 << 62) + b".", "only 1 remain"),
        (b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b".", "only 1 remain"),
        (b"I" + b"9" * 1_000_000 + b"\n.", "digits"),
        (b"\x8b" + struct.pack("<I", 100_000) + b"\x7f" * 100_000 + b".", "bits is none"),
        (ARRAY + b"(K\x01J\x00\xca\x9a;\x85" + BYTES + b"J\x00\xca\x9a;tb.", "without its bytes"),
        (b"\x82\x01.", "EXT1 is not followed"),
        (b"Pabc\n.", "outside of it"),
        (b"c_codecs\nencode\n}X\x0c\x00\x00\x00__defaults__K\x01\x85sb.", "takes no attributes"),
        (b"cnumpy\nndarray\n}X\x01\x00\x00\x00aK\x01sb.", "takes no attributes"),
        (b"K\x01K\x02R.", "arguments that are none"),
        (b"", "it ends too early"),
        (b".", "is damaged"),
        (b"\xff.", "is no instruction"),
    ],
)
def test_a_program_that_costs_or_changes_too_much_is_refused_at_once(program, reason):
    with pytest.raises(DataError, match=reason) as caught:
        loads(program, name="x.pkl")
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 400


def test_many_small_containers_are_counted(monkeypatch):
    monkeypatch.setattr(limits, "LEAST", 100_000)
    assert len(loads(b"(" + b"]" * 100 + b"l.")) == 100
    with pytest.raises(DataError, match="far more memory"):
        loads(b"(" + b"]" * 1000 + b"l.")


def test_arrays_that_share_their_bytes_are_counted_each():
    raw = b"B" + struct.pack("<I", 1 << 20) + bytes(1 << 20) + b"q\x010"
    one = ARRAY + b"(K\x01J\x00\x00\x10\x00\x85" + BYTES + b"h\x01tb"
    assert len(loads(b"\x80\x03" + raw + b"](" + one * 3 + b"e.")) == 3
    with pytest.raises(DataError, match="far more memory"):
        loads(b"\x80\x03" + raw + b"](" + one * 300 + b"e.")


def test_a_sparse_matrix_may_not_become_huge():
    from scipy.sparse import csc_matrix

    matrix = csc_matrix(([1.0], ([2], [1])), shape=(3, 2))
    assert loads(pickle.dumps(matrix))[2, 1] == 1
    huge = csc_matrix(([1.0], ([2], [1])), shape=(1_000_000, 2000))
    with pytest.raises(DataError, match="far more memory"):
        loads(pickle.dumps(huge))


def test_attributes_given_to_a_function_change_nothing():
    before = restricted_pickle._encode.__defaults__
    with pytest.raises(UnsafeFileError):
        loads(b"c_codecs\nencode\n}X\x0c\x00\x00\x00__defaults__K\x01\x85sb.")
    assert restricted_pickle._encode.__defaults__ == before


def test_every_instruction_is_followed_or_refused_by_name():
    programs = [
        pickle.dumps([1, -7, 1 << 40, 2.5, None, True, False, "é", b"b", (), (1,), (1, 2, 3),
                      (1, 2, 3, 4), {1: 2}, {3}, frozenset([4]), bytearray(b"c"), 3 + 4j,
                      np.arange(3), np.float32(2)], protocol=protocol)
        for protocol in range(6)
    ]  # fmt: skip
    for program in programs:
        assert repr(loads(program)) == repr(pickle.loads(program))
    seen = {code.name for program in programs for code, _, _ in pickletools.genops(program)}
    assert len(seen) > 40


def test_small_shared_keys_and_values_are_read():
    pair = (1, ("a", 2))
    content = {pair: [pair, pair], frozenset([pair]): {pair}}
    assert loads(pickle.dumps(content)) == content


@pytest.mark.parametrize("text", [rb"\n\x41", rb"\d", b"\\\xc9", rb"\q\\"])
def test_the_text_of_python_2_is_that_of_pickle_whatever_its_escapes(text):
    program = b"S'" + text + b"'\n."
    found = loads(program)  # without a word
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert found == pickle.loads(program, encoding="latin1")
