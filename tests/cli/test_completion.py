import contextlib
import io
import subprocess
from functools import lru_cache

import pytest

from meshgait.cli import COMMANDS, main


@lru_cache
def script(shell):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["completion", shell]) == 0
    return out.getvalue()


def completed(tmp_path, *words):
    """What bash would offer for the last word."""
    file = tmp_path / "completion.bash"
    file.write_text(script("bash"), encoding="utf-8")
    quoted = " ".join(f"'{word}'" for word in words)
    call = (
        f"source {file}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
        f"_shtab_meshgait meshgait '{words[-1]}' '{words[-2]}'; echo ${{COMPREPLY[@]}}"
    )
    ran = subprocess.run(["bash", "-c", call], capture_output=True, text=True, check=True)
    return ran.stdout.split()


def test_bash_completes_verbs_options_and_choices(tmp_path):
    assert completed(tmp_path, "meshgait", "ga") == ["gait", "gallery"]
    assert set(completed(tmp_path, "meshgait", "gait", "--b")) == {"--by", "--body"}
    assert completed(tmp_path, "meshgait", "gait", "--by", "") == ["subject", "file", "folder"]
    assert "--recipe.steps" in completed(tmp_path, "meshgait", "train", "--recipe.st")


def test_bash_completes_the_word_after_a_verb_where_there_are_few(tmp_path):
    assert completed(tmp_path, "meshgait", "completion", "") == ["bash", "zsh", "fish"]
    assert "cross-domain" in completed(tmp_path, "meshgait", "experiment", "")
    assert completed(tmp_path, "meshgait", "zoo", "ex") == ["export"]
    assert completed(tmp_path, "meshgait", "train", "SMPLG") == ["SMPLGait"]
    assert completed(tmp_path, "meshgait", "prepare", "gait3") == ["gait3d"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_every_verb_is_in_the_script_of_each_shell(shell):
    text = script(shell)
    for name in COMMANDS:
        assert name in text
