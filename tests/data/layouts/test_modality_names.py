import pytest

from meshgait.data.layouts.modality_names import is_only_modality, named_modality, named_other


@pytest.mark.parametrize(
    ("name", "modality"),
    [
        ("2D_Silhouettes", "silhouette"), ("2D_Poses", "skeleton2d"), ("2D_Parsings", "parsing"),
        ("3D_SMPLs", "smpl"), ("smpls-seq0.pkl", "smpl"), ("1_sil.pkl", "silhouette"),
        ("Gait3D-sils-64-64-pkl", "silhouette"), ("bodyPose", "skeleton2d"), ("SILS", "silhouette"),
        ("sparse-walks", None), ("compose", None), ("basil", None), ("purpose.pkl", None),
        ("sil_and_pose", None), ("0_heatmap.pkl", None), ("pose_heatmap", None), ("3D_Poses", None),
        ("02-LiDAR-PCDs_sils.pkl", None), ("", None),
    ],
)  # fmt: skip
def test_whole_words_tell_a_modality(name, modality):
    assert named_modality(name) == modality


def test_a_name_may_tell_what_nothing_reads():
    names = ("pose_heatmap.pkl", "00-LiDAR-PCDs.pkl", "3D_Poses", "rgb", "Gait3D-pose.pkl", "a.pkl")
    assert [named_other(name) for name in names] == ["heatmap", "lidar", "3d", "rgb", None, None]


def test_a_root_may_be_the_folder_of_a_modality():
    assert is_only_modality("2D_Parsings", "Gait3D")
    assert is_only_modality("Gait3D-pars-64-64-pkl", "Gait3D")
    assert not is_only_modality("pose-study", "any folder")
    assert not is_only_modality("parsing-of-lab-3", "any folder")
