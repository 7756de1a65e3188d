import io
import pickle

import numpy as np
import pytest
import torch

from meshgait.errors import DataError, UnsafeFileError
from meshgait.files.restricted_pickle import loads


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(6.0).reshape(2, 3).T,
        torch.arange(6)[2:4],
        torch.zeros(0, 3),
        torch.tensor(3.5, dtype=torch.float64),
        torch.ones(2, dtype=torch.bfloat16),
    ],
)
def test_tensors_in_a_pickle_are_arrays(tensor):
    found = loads(pickle.dumps({"pose": tensor}))["pose"]
    assert type(found) is np.ndarray
    assert found.shape == tuple(tensor.shape)
    np.testing.assert_array_equal(found, tensor.float().numpy())


@pytest.mark.parametrize(
    ("offset", "size", "stride"),
    [(0, (7,), (1,)), (4, (3,), (1,)), (0, (2, 3), (4, 1)), (-1, (2,), (1,)), (0, (-2,), (1,)),
     (0, (1 << 40,), (0,))],
)  # fmt: skip
def test_a_tensor_that_reaches_beyond_its_numbers_is_refused(offset, size, stride):
    rebuild, (storage, *_, rest) = torch.arange(6.0).__reduce_ex__(2)

    class Lie:
        def __reduce__(self):
            return rebuild, (storage, offset, size, stride, False, rest)

    with pytest.raises(DataError):
        loads(pickle.dumps(Lie()))


def test_code_in_the_bytes_of_a_tensor_is_refused_and_not_run(tmp_path):
    class Runs:
        def __reduce__(self):
            return open, (str(tmp_path / "ran"), "w")

    class Inside:
        def __init__(self, content):
            self.content = content

        def __reduce__(self):
            return torch.storage._load_from_bytes, (self.content,)

    buffer = io.BytesIO()
    torch.save(Runs(), buffer, _use_new_zipfile_serialization=False)
    with pytest.raises(UnsafeFileError, match="nothing in it was run"):
        loads(pickle.dumps(Inside(buffer.getvalue())))
    assert not (tmp_path / "ran").exists()
    for content in (b"nonsense", 3, buffer.getvalue()[:40]):
        with pytest.raises(DataError):
            loads(pickle.dumps(Inside(content)))
