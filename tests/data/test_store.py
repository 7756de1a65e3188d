import json

import numpy as np
import pytest

from meshgait.data import GaitSequence, Store, write_store
from meshgait.errors import DataError


def shard(number):
    def make():
        rng = np.random.default_rng(number)
        for clip in range(3):
            length = 2 + clip + number
            yield GaitSequence(
                f"{number:03d}", f"nm-{clip}", "v", {
                    "silhouette": rng.integers(0, 2, (length, 5, 3), np.uint8) * np.uint8(255),
                    "smpl": rng.random((length, 85), np.float32),
                },
            )  # fmt: skip

    return make


def write(folder, shards=4, fingerprint="f", **options):
    makers = [shard(number) for number in range(shards)]
    return write_store(folder, makers, fingerprint=fingerprint, binary=["silhouette"], **options)


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_what_is_written_is_read_back(tmp_path):
    store = write(tmp_path)
    expected = [sequence for number in range(4) for sequence in shard(number)()]
    assert len(store) == len(expected) == 12
    assert store.modalities == ("silhouette", "smpl")
    assert store.lengths == [len(sequence) for sequence in expected]
    for index in (11, 0, 5, 3):
        found = store[index]
        assert found.record == expected[index].record == store.records[index]
        for modality, array in expected[index].frames.items():
            assert found.frames[modality].dtype == array.dtype
            np.testing.assert_array_equal(found.frames[modality], array)


def test_silhouettes_take_one_bit_a_pixel(tmp_path):
    write(tmp_path)
    frames = sum(len(sequence) for sequence in shard(0)())
    assert np.load(tmp_path / "00000.silhouette.npy").shape == (frames, 2)  # 15 bits


@pytest.mark.parametrize("killed_at", range(4))
def test_a_killed_writer_resumes_to_the_same_bytes(tmp_path, killed_at):
    write(tmp_path / "undisturbed")

    def kill(number):
        if number == killed_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "killed", progress=kill)
    with pytest.raises(DataError, match="not complete"):
        Store(tmp_path / "killed")
    made = []
    write(tmp_path / "killed", progress=made.append)
    assert content(tmp_path / "killed") == content(tmp_path / "undisturbed")


def test_shards_that_are_there_are_not_made_again(tmp_path):
    write(tmp_path)

    def never():
        raise AssertionError

    write_store(tmp_path, [never] * 4, fingerprint="f", binary=["silhouette"])
    with pytest.raises(AssertionError):
        write_store(tmp_path, [never] * 4, fingerprint="g", binary=["silhouette"])


def test_another_fingerprint_never_mixes_with_the_old_content(tmp_path):
    write(tmp_path)

    def kill(number):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, fingerprint="g", progress=kill)
    with pytest.raises(DataError, match="not complete"):
        Store(tmp_path)
    assert write(tmp_path, fingerprint="g").fingerprint == "g"


def test_a_damaged_shard_is_found_and_only_it_is_made_again(tmp_path):
    write(tmp_path)
    before = content(tmp_path)
    path = tmp_path / "00002.smpl.npy"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(DataError, match=r"00002\.smpl\.npy has \d+ bytes, expected"):
        Store(tmp_path)
    path.write_bytes(b"\0" * len(before[path.name]))
    with pytest.raises(DataError, match="checksum"):
        Store(tmp_path, verify=True)
    path.unlink()
    with pytest.raises(DataError, match="is missing"):
        Store(tmp_path)
    write(tmp_path)
    assert content(tmp_path) == before


@pytest.mark.parametrize("name", ["store.json", "00001.json"])
@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": 99}', '{"format": 1, "fingerprint": "f", "packed": 3}']
)
def test_a_damaged_index_ends_in_one_sentence(tmp_path, name, text):
    write(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError):
        Store(tmp_path)


def test_an_index_cannot_lead_out_of_its_folder(tmp_path):
    write(tmp_path / "store")
    (tmp_path / "secret.npy").write_bytes(b"x")
    for name in ("store.json", "00000.json"):
        path = tmp_path / "store" / name
        index = json.loads(path.read_text())
        index["packed"]["../../secret"] = None
        index.setdefault("files", {})["../../secret"] = {"bytes": 1, "crc32": 0}
        path.write_text(json.dumps(index))
    with pytest.raises(DataError, match="not the name of a modality"):
        Store(tmp_path / "store")


def test_grey_values_are_not_stored_as_bits(tmp_path):
    grey = GaitSequence("a", "b", "c", {"silhouette": np.full((2, 4, 4), 7, np.uint8)})
    with pytest.raises(DataError, match="other than 0 and 255"):
        write_store(tmp_path, [lambda: [grey]], fingerprint="f", binary=["silhouette"])
