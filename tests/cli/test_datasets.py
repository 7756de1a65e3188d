from meshgait.cli import main
from meshgait.data.layouts import LAYOUTS
from tests.data.layouts import miniature


def test_the_table_says_what_is_verified(capsys):
    assert main(["datasets"]) == 0
    rows = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()[1:]}
    assert set(rows) == set(LAYOUTS)
    assert "not checked" in rows["casia-c"]


def test_a_survey_counts_people_sequences_probes_and_gallery(tmp_path, capsys):
    root, official = miniature.gait3d_raw(tmp_path)
    (root / "2D_Poses/stray").mkdir()
    assert main(["datasets", "gait3d", str(root), "--partition", str(official)]) == 0
    found = capsys.readouterr().out
    assert "test: 4 sequences of 2 people" in found
    assert "Gait3D: 2 probes, gallery of 2" in found
    assert f"1 findings\n  {root}/2D_Poses/stray: is no folder of this layout" in found


def test_what_cannot_be_surveyed_ends_in_a_sentence(tmp_path, capsys):
    for arguments in (["nothing"], ["casia-b", str(tmp_path)], ["casia-b", str(tmp_path / "no")]):
        assert main(["datasets", *arguments]) == 2
        assert capsys.readouterr().err.startswith("meshgait: ")
