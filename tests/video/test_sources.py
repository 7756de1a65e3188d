import os
import re

import pytest

from meshgait.errors import ConfigError, DataError
from meshgait.video.sources import find_videos, is_single


def touch(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def names(*sources):
    return list(find_videos(sources))


def test_all_videos_in_a_folder_and_below_it_are_found_in_a_stable_order(tmp_path):
    root = touch(tmp_path / "r", "b.MP4", "a.mkv", "day2/x.mov", "day1/cam/x.avi", "day1/y.z.webm")
    assert names(root) == ["a", "b", "day1/y.z", "day1/cam/x", "day2/x"]
    assert find_videos([root])["day1/y.z"] == root / "day1/y.z.webm"


def test_a_name_alone_is_no_list_of_letters(tmp_path):
    root = touch(tmp_path / "r", "a.mp4")
    assert find_videos(root) == find_videos(str(root)) == find_videos([root])


def test_what_is_no_video_or_hidden_is_left_out(tmp_path):
    root = touch(
        tmp_path / "r", "a.mp4", "notes.txt", "b.mp4.part", "mp4", ".mp4", ".c.mp4", ".git/d.mp4",
        "day/thumbnail.jpg", "day/e.srt",
    )  # fmt: skip
    (root / "folder.mp4").mkdir()
    os.mkfifo(root / "pipe.mp4")
    assert names(root) == ["a"]


def test_links_lead_nowhere(tmp_path):
    outside = touch(tmp_path / "outside", "secret.mp4", "deep/er.mp4")
    root = touch(tmp_path / "r", "a.mp4", "sub/b.mp4")
    (root / "link.mp4").symlink_to(outside / "secret.mp4")
    (root / "away").symlink_to(outside)
    (root / "sub/round").symlink_to(root)
    (root / "dead.mp4").symlink_to(root / "nothing.mp4")
    assert names(root) == ["a", "sub/b"]
    (tmp_path / "door").symlink_to(root)
    assert names(tmp_path / "door") == ["a", "sub/b"]  # it was given


def test_a_folder_without_videos_says_so(tmp_path):
    touch(tmp_path, "a/notes.txt")
    (tmp_path / "b.mp4").symlink_to(touch(tmp_path / ".hidden", "b.mp4") / "b.mp4")
    with pytest.raises(DataError, match=r"has no images .* in it, and no videos \(\.mp4, .*below"):
        find_videos([tmp_path])
    with pytest.raises(DataError, match="no video is named"):
        find_videos([])


def test_a_folder_of_images_is_one_video_and_with_videos_beside_them_it_is_refused(tmp_path):
    images = touch(tmp_path / "walk", "000.png", "001.png", "more/b.mp4")
    assert names(images, touch(tmp_path, "a.mp4") / "a.mp4") == ["walk", "a"]
    assert is_single([images])
    touch(images, "x.mp4")
    for ask in (find_videos, is_single):
        with pytest.raises(DataError, match=r"walk has images \(000.png\) and videos \(x.mp4\)"):
            ask([images])


def test_one_file_folder_of_images_or_camera_is_single_and_a_folder_of_one_video_is_not(tmp_path):
    film = touch(tmp_path / "r", "a.mp4") / "a.mp4"
    assert is_single([film])
    assert is_single(["0"])
    assert is_single(["not there.mp4"])
    assert not is_single([film, film])
    assert not is_single([tmp_path / "r"])


def test_a_camera_cannot_be_one_of_several():
    with pytest.raises(ConfigError, match="camera 0 cannot be one of several"):
        find_videos(["a.mp4", "0"])


@pytest.mark.parametrize(
    "given",
    [
        ("walk.mp4", "walk.mov"),
        ("a/walk.mp4", "b/walk.mp4"),
        ("Walk.mp4", "walk.mov"),  # one folder on a Mac
        ("caf\u00e9.mp4", "cafe\u0301.mp4"),
    ],
)
def test_two_of_one_name_are_refused_and_named(given, tmp_path):
    with pytest.raises(ConfigError, match="both be written into the folder") as error:
        find_videos(given)
    assert all(name in str(error.value) for name in given)


def test_a_video_is_not_written_into_the_folder_of_another(tmp_path):
    root = touch(tmp_path / "r", "day.mp4", "day/work.mp4")
    with pytest.raises(ConfigError, match="into the folder day; rename") as error:
        find_videos([root])
    assert str(root / "day.mp4") in str(error.value)
    assert str(root / "day/work.mp4") in str(error.value)


def test_what_lies_beside_the_videos_is_no_name_of_one():
    for name in ("index.html", "videos.json"):
        with pytest.raises(ConfigError, match="the list of all videos"):
            find_videos([f"{name}.mp4", "b.mp4"])


@pytest.mark.parametrize("name", ["...mp4", "..mp4", ".mp4", "..."])
def test_no_name_leads_out_of_the_folder_of_results(name):
    (found,) = find_videos([name])
    assert found not in (".", "..")


def test_a_folder_is_called_by_its_own_name_however_it_is_given(tmp_path, monkeypatch):
    touch(tmp_path / "walk", "0.png")
    (tmp_path / "walk/below").mkdir()
    monkeypatch.chdir(tmp_path / "walk/below")
    assert names("..") == names("../") == ["walk"]
    monkeypatch.chdir(tmp_path / "walk")
    assert names(".") == ["walk"]


def test_overlays_of_ours_are_no_videos(tmp_path):
    root = touch(
        tmp_path, "overlay.mp4", "seen/a/overlay.mp4", "seen/a/people.json", "seen/b/overlay.mp4",
        "seen/b/work/key.json",
    )  # fmt: skip
    assert names(root) == ["overlay"]  # by somebody else


def test_a_folder_that_cannot_be_listed_is_told_of_and_left_out(tmp_path, monkeypatch):
    root, plain = touch(tmp_path, "a.mp4", "closed/b.mp4"), os.scandir

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return plain(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.warns(UserWarning, match=re.escape("closed is left out: Permission denied")):
        assert names(root) == ["a"]
