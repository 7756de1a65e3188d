from meshgait.cli import main
from tests.benchmark.conftest import budget  # noqa: F401  (films once, keeps the cache apart)

SMALL = (
    "--seeds 1 --train_identities 4 --test_identities 4 --data.clips 4 --data.frames [14,16] "
    "--noise_levels [1.0]"
)


def test_the_rows_are_listed(capsys):
    assert main(["benchmark", "--list"]) == 0
    assert {"betas", "joint angles", "GEI", "SLN", "SMPLGait", "sln-walkers"} <= {
        *capsys.readouterr().out.splitlines()
    }
    assert main(["benchmark", "--ablation", "--list"]) == 0
    assert "fusion without re-rendering" in capsys.readouterr().out


def test_a_table_is_printed_and_kept(budget, tmp_path, capsys):  # noqa: F811
    out = tmp_path / "out"
    words = ["benchmark", "--preset", "quick", "--methods", "GEI", "betas", "--out", str(out)]
    assert main([*words, *SMALL.split()]) == 0
    told = capsys.readouterr()
    assert "| GEI |" in told.out
    assert f"open {out / 'index.html'}" in told.out
    assert "betas, Seeds(data=0, training=0): mAP" in told.err


def test_wrong_words_are_one_sentence(capsys, tmp_path):
    for arguments, words in [
        (["--methods", "SLM"], "did you mean 'SLN'?"),
        (["--preset", "huge"], "there is no preset 'huge', only full, quick"),
        (["--seeds", "0"], "seeds must be 1 or more"),
        (["--calibration", "--test_identities", "39"], "and 20 others to be tried on"),
        (["--calibration", "--fpir", "1"], "between 0 and 1, got 1"),
        (["--motion", "nowhere", "--out", str(tmp_path)], "nowhere is no folder"),
    ]:
        assert main(["benchmark", *arguments]) == 2
        told = capsys.readouterr().err
        assert words in told
        assert len(told.splitlines()) == 1
