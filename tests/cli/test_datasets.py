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
    survey = ["datasets", "gait3d", str(root), "--partition", str(official)]
    assert main([*survey, "--names"]) == 0
    found = capsys.readouterr().out
    assert "test: 4 sequences of 2 people" in found
    assert f"1 findings in names; no frame was read (leave out --names)\n  {root}/2D_P" in found
    assert main(survey) == 0
    found = capsys.readouterr().out
    assert "test              4        0       2" in found
    assert "Gait3D: 2 probes, gallery of 2" in found
    assert "1 findings\n     1 x is no folder of this layout" in found


def test_it_judges_as_prepare_does(tmp_path, capsys):
    root, official = miniature.gait3d_raw(tmp_path / "raw")
    for path in (root / "2D_Silhouettes/0002/camid0_videoid2/seq0").iterdir():
        path.write_bytes(b"no image")
    partition = ["--partition", str(official)]
    assert main(["datasets", "gait3d", str(root), *partition]) == 0
    judged = capsys.readouterr().out
    assert "cannot be read as an image" in judged
    assert "test              3        1       2" in judged
    arguments = ["prepare", "gait3d", str(root), *partition, "-o", str(tmp_path / "out")]
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith(judged)


def test_what_cannot_be_surveyed_ends_in_a_sentence(tmp_path, capsys):
    for arguments in (["nothing"], ["casia-b", str(tmp_path)], ["casia-b", str(tmp_path / "no")]):
        assert main(["datasets", *arguments]) == 2
        assert capsys.readouterr().err.startswith("meshgait: ")
