"""A value that does not fit its option: which option, what it takes, what came."""

import pytest

from meshgait.cli import main


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("train SLN --recipe.steps abc", "--recipe.steps takes a whole number, got 'abc'"),
        ("train SLN --model.width x", "--model.width takes a finite number, as 1.5, got 'x'"),
        ("train SLN --recipe.optimizer.lr nan",
         "--recipe.optimizer.lr takes a finite number, as 1.5, got 'nan'"),
        ("train SLN --recipe.optimizer Adm",
         "--recipe.optimizer takes the name of one of the classes that --help lists, got 'Adm'"),
        ("synth --data.split tset",
         "--data.split takes one of train, test, got 'tset'; did you mean 'test'?"),
        ("synth --data.progress maybe", "--data.progress takes true or false, got 'maybe'"),
        ("experiment fraems",
         "name takes one of frames, identities, test-length, cross-domain, resolution, "
         "got 'fraems'; did you mean 'frames'?"),
        ("convert a -o b --fps 29,97", "--fps takes a finite number, as 1.5, got '29,97'"),
        ("evaluate e.npz --metric cosinus",
         "--metric takes one of cosine, euclidean, got 'cosinus'; did you mean 'cosine'?"),
    ],
)  # fmt: skip
def test_the_sentence_names_the_option_what_it_takes_and_what_came(capsys, words, sentence):
    assert main(words.split()) == 2
    assert capsys.readouterr().err == f"meshgait: {sentence}\n"


def test_a_value_of_a_file_of_settings_is_told_with_the_file(tmp_path, capsys):
    path = tmp_path / "x.yaml"
    path.write_text("recipe:\n  steps: many\n")
    assert main(["train", "SLN", "--config", str(path)]) == 2
    assert f"{path}" in (said := capsys.readouterr().err)
    assert "--recipe.steps takes a whole number, got 'many'" in said
