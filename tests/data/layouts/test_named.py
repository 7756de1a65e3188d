import pytest

from meshgait.data.layouts.named import Named, choose_group, find_named

NAMES = (
    Named("sils", "silhouette", ("camera", "both")),
    Named("clouds", "points", ("scanner", "both")),
    Named("poses", "skeleton2d"),
    Named("photos", None),
)


@pytest.mark.parametrize(
    ("file", "modality"),
    [("Sils.pkl", "silhouette"), ("SILS", "silhouette"), ("poses.pickle", "skeleton2d"),
     ("photos.pkl", None)],
)  # fmt: skip
def test_a_whole_name_tells_a_modality(file, modality):
    assert find_named(NAMES, file).modality == modality


def test_what_fits_no_pattern_is_not_named():
    assert find_named(NAMES, "sils-2.pkl") is None
    assert find_named((), "sils.pkl") is None


@pytest.mark.parametrize(
    ("asked", "group"),
    [((), "both"), (("silhouette",), "camera"), (("points", "skeleton2d"), "scanner"),
     (("points", "silhouette"), "both"), (("rgb",), "both")],
)  # fmt: skip
def test_the_smallest_group_with_all_that_is_asked_for_is_read(asked, group):
    assert choose_group(NAMES, asked) == group


def test_without_groups_there_is_none_to_choose():
    assert choose_group(NAMES[2:], ()) == ""
