import io
import json
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from meshgait.data import Store
from meshgait.data.store import write_store
from meshgait.data.store.files import check_file
from meshgait.data.store.write import Noted
from meshgait.errors import DataError
from meshgait.sequence import GaitSequence


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
    return write_store(folder, makers, fingerprint=fingerprint, **options)


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

    write_store(tmp_path, [never] * 4, fingerprint="f")
    with pytest.raises(AssertionError):
        write_store(tmp_path, [never] * 4, fingerprint="g")


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
    path = tmp_path / "store/00000.json"
    index = json.loads(path.read_text())
    index["packed"]["../../secret"] = None
    index["files"]["../../secret"] = {"bytes": 1, "crc32": 0}
    path.write_text(json.dumps(index))
    with pytest.raises(DataError, match="not the name of a modality"):
        Store(tmp_path / "store")


def grey(length):
    return np.full((length, 5, 3), 7, np.uint8)


def clip(name, **frames):
    return GaitSequence(name, "nm", "v", frames)


def test_grey_values_are_kept_beside_shards_of_bits(tmp_path):
    first = [clip("a", silhouette=grey(2)), clip("b", silhouette=grey(3) * 0)]
    store = write_store(tmp_path, [lambda: first, shard(1)], fingerprint="f")
    np.testing.assert_array_equal(store[0].frames["silhouette"], grey(2))
    assert not store[1].frames["silhouette"].any()
    assert set(np.unique(store[2].frames["silhouette"])) == {0, 255}
    assert np.load(tmp_path / "00000.silhouette.npy").shape == (5, 5, 3)
    assert np.load(tmp_path / "00001.silhouette.npy").shape[1:] == (2,)


def test_a_sequence_may_lack_what_others_have(tmp_path):
    pose = np.arange(6.0).reshape(3, 2)
    clips = [
        clip("a", silhouette=grey(2)),
        clip("b", silhouette=grey(3), pose=pose),
        clip("c", pose=pose + 9),
    ]
    store = write_store(tmp_path, [lambda: clips, lambda: clips[:1]], fingerprint="f")
    assert store.modalities == ()
    assert store.clips_with == {"silhouette": 3, "pose": 2}
    assert [list(sequence.frames) for sequence in store] == [
        ["silhouette"], ["silhouette", "pose"], ["pose"], ["silhouette"],
    ]  # fmt: skip
    np.testing.assert_array_equal(store[1].frames["pose"], pose)
    np.testing.assert_array_equal(store[2].frames["pose"], pose + 9)
    with pytest.raises(DataError, match="a-nm-v has no pose, only silhouette"):
        store[0].only(["pose"])


def test_a_shard_holds_one_kind_of_each_modality(tmp_path):
    clips = [clip("a", silhouette=grey(2)), clip("b", silhouette=grey(2)[:, :4])]
    with pytest.raises(DataError, match=r"silhouette of b-nm-v is uint8 \(4, 3\)"):
        write_store(tmp_path, [lambda: clips], fingerprint="f")


def test_notes_stay_with_their_shard_when_another_is_made_again(tmp_path):
    makers = [lambda n=n: Noted(list(shard(n)()), [{"left out": n}]) for n in range(3)]
    makers.append(lambda: Noted([], ["nothing here"]))
    before = write_store(tmp_path, makers, fingerprint="f")
    expected = [{"left out": 0}, {"left out": 1}, {"left out": 2}, "nothing here"]
    assert before.notes == expected
    (tmp_path / "00001.smpl.npy").unlink()
    made = []
    after = write_store(tmp_path, makers, fingerprint="f", progress=made.append)
    assert after.notes == expected
    assert len(after) == 9


def test_what_is_not_of_the_store_goes_and_what_is_not_ours_stays(tmp_path):
    write(tmp_path, shards=4)
    (tmp_path / ".00001.smpl.npy.abc.part").touch()
    (tmp_path / "00001.depth.npy").touch()
    (tmp_path / "protocols.json").touch()
    write(tmp_path, shards=2, fingerprint="g")
    kept = {f"0000{n}{end}" for n in (0, 1) for end in (".json", ".silhouette.npy", ".smpl.npy")}
    assert set(content(tmp_path)) == {*kept, "store.json", "protocols.json"}


@pytest.fixture
def opened(monkeypatch):
    """The names of the arrays that are opened, in order."""
    names, open_path, open_file = [], Path.open, os.open

    def watched(path, *arguments, **options):
        names.append(Path(path).name)
        return open_path(path, *arguments, **options)

    def watched_by_system(path, *arguments, **options):
        names.append(Path(path).name)
        return open_file(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", watched)
    monkeypatch.setattr(os, "open", watched_by_system)
    return names


def test_only_what_is_asked_for_is_read(tmp_path, opened, unchecked):
    store = write(tmp_path)
    opened.clear()
    sequence = store[4]
    assert len(sequence.only(["smpl"]).take(np.array([1, 0]))) == 2
    assert opened == []
    found = sequence.only(["smpl"]).take(np.array([1, 0])).frames["smpl"]
    assert set(opened) == {"00001.smpl.npy"}
    np.testing.assert_array_equal(found, list(shard(1)())[1].frames["smpl"][[1, 0]])


def test_frames_taken_twice_are_those_of_the_frames(tmp_path):
    sequence, before = write(tmp_path)[11], list(shard(3)())[2]
    chosen = np.array([6, 2, 2, 0])
    for modality, array in before.frames.items():
        twice = sequence.take(chosen).take(np.array([3, 0]))
        np.testing.assert_array_equal(twice.frames[modality], array[[0, 6]])


def test_another_process_is_handed_frames_and_not_files(tmp_path):
    store = write(tmp_path)
    sent = pickle.dumps(store[2].take(np.array([1])))
    shutil.rmtree(tmp_path)
    found = pickle.loads(sent).frames["smpl"]
    np.testing.assert_array_equal(found, list(shard(0)())[2].frames["smpl"][[1]])


def test_any_number_of_shards_leaves_no_file_open(tmp_path):
    def open_files():
        return len(list(Path("/proc/self/fd").iterdir()))

    store, before = write(tmp_path, shards=8), open_files()
    sequences = [store[index] for index in range(len(store))]
    assert all(sequence.frames["smpl"].shape[1] == 85 for sequence in sequences)
    store.prefetch(range(len(store)), ["smpl", "nothing"])
    assert open_files() == before


@pytest.mark.parametrize("shape", [(2, 85), (10**9, 10**9), (9, 84)])
def test_an_array_of_another_shape_than_its_file_is_not_allocated(tmp_path, shape):
    store = write(tmp_path)
    path = tmp_path / "00000.smpl.npy"
    header = io.BytesIO()
    described = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, described)
    path.write_bytes(header.getvalue() + path.read_bytes()[len(header.getvalue()) :])
    with pytest.raises(DataError, match=r"00000\.smpl\.npy is damaged"):
        store[0].frames["smpl"]


@pytest.mark.usefixtures("unchecked")
def test_frames_of_another_content_are_never_given_for_those_of_a_store_that_is_open(tmp_path):
    store = write(tmp_path)
    moved = [shard(number) for number in (2, 3, 0, 1)]
    assert Store(tmp_path).lengths != write_store(tmp_path, moved, fingerprint="g").lengths
    for index in range(len(store)):
        with pytest.raises(DataError, match="written anew"):
            store[index].frames["silhouette"]


def test_what_is_written_anew_while_it_is_opened_is_refused(tmp_path, monkeypatch):
    write(tmp_path)
    moved, checked = [shard(number) for number in (2, 3, 0, 1)], []

    def check(path, expected, *, checksum):
        checked.append(path)
        if len(checked) == 8:  # all indices are read, and are the old ones
            write_store(tmp_path, moved, fingerprint="g")
            expected = {"bytes": path.stat().st_size}
        return check_file(path, expected, checksum=checksum)

    monkeypatch.setattr("meshgait.data.store.read.check_file", check)
    with pytest.raises(DataError, match="written anew"):
        Store(tmp_path)


def test_a_damaged_index_is_named_once(tmp_path):
    write(tmp_path)
    (tmp_path / "store.json").write_text("{")
    with pytest.raises(DataError) as caught:
        Store(tmp_path)
    assert str(caught.value).count("store.json") == 1
