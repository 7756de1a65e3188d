"""Full and read-only disks, no home, another locale, few open files, readers that have gone.

A command does its work or says in one sentence why it cannot; nothing is half written; and when it
is run again where all is well, it has made what an undisturbed run makes.
"""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.data.layouts import miniature
from tests.kill_at_events import content

ROOT = Path(__file__).parents[2]
DATA = [
    "--data.identities=5", "--data.config.clips=2", "--data.config.frames=[12,14]",
    "--data.progress=false",
]  # fmt: skip
TINY = [
    "--model.width=0.0625", "--recipe.steps=6", "--recipe.frames.frames=3", "--recipe.log_every=1",
    "--recipe.batch.subjects=3", "--recipe.batch.clips=2", "--recipe.save_every=2",
    "--recipe.validate_every=3", "--recipe.validate_share=0.3",
]  # fmt: skip
VERBS = ("synth", "prepare", "train")
WITHOUT_HOME = "env -u HOME -u MESHGAIT_CACHE -u XDG_CACHE_HOME"
MOUNT = "mkdir -p $OUT && mount -t tmpfs -o size={size},mode=755 none $OUT"
KEEP = "status=$?; cp -a $OUT $OUT.kept; exit $status"
OWN_DISK = "unshare --user --map-root-user --mount bash -c"
OWN_USER = "unshare --user --map-user=54321"


def is_possible(prefix):
    """Whether the system lets its users do this."""
    words = [*shlex.split(prefix), "true"]
    return subprocess.run(words, check=False, capture_output=True).returncode == 0


CAN_MOUNT = is_possible(f"{OWN_DISK} 'mount -t tmpfs none /mnt'")
CAN_BE_ANOTHER = is_possible(OWN_USER)


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """A raw data set and the walkers of a training, made once."""
    folder = tmp_path_factory.mktemp("inputs")
    miniature.gait3d_raw(folder / "raw", frames=3)
    return folder


def words(verb, inputs, out):
    return {
        "synth": ["--data.split=test", *DATA, f"--data.cache={out}"],
        "prepare": [
            "gait3d", f"{inputs / 'raw'}", f"--partition={inputs / 'raw/Gait3D.json'}",
            f"--out={out}",
        ],
        "train": [
            "SMPLGait", *TINY, *DATA, f"--data.cache={inputs / 'walkers'}", f"--out={out}",
            "--resume",
        ],
    }[verb]  # fmt: skip


def run(verb, inputs, out, within="{}", **options):
    """A command within a line of the shell."""
    command = shlex.join([sys.executable, "-m", "meshgait", verb, *words(verb, inputs, out)])
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.run(
        ["bash", "-c", within.replace("{}", command)], cwd=inputs, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OUT": str(out)}, **streams,
    )  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(inputs):
    """What each command makes."""
    made = {}
    for verb in VERBS:
        assert run(verb, inputs, inputs / verb).returncode == 0
        made[verb] = content(inputs / verb)
    return made


def require_whole(verb, inputs, out, undisturbed):
    """Nothing is left of what could not be written; run again, all is there."""
    assert not list(out.rglob("*.part"))
    again = run(verb, inputs, out)
    assert (again.returncode, again.stderr) == (0, "")
    assert content(out) == undisturbed[verb]


def require_sentence(found, text):
    assert found.returncode == 2
    assert found.stderr.startswith("meshgait: ")
    assert found.stderr.count("\n") == 1, found.stderr
    assert text in found.stderr


@pytest.mark.slow
@pytest.mark.parametrize("limit", [0, 8])
@pytest.mark.parametrize("verb", VERBS)
def test_files_that_cannot_grow_are_a_sentence(verb, limit, inputs, undisturbed, tmp_path):
    found = run(verb, inputs, tmp_path / "out", f"ulimit -f {limit}; {{}}")
    if (verb, limit) == ("train", 0):  # what it imports has no place for temporary files
        require_sentence(found, "No usable temporary directory")
    else:
        require_sentence(found, "cannot be written: File too large; raise the limit of a file's")
    require_whole(verb, inputs, tmp_path / "out", undisturbed)


if CAN_MOUNT:

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("verb", "size"),
        [("synth", "24k"), ("prepare", "24k"), ("prepare", "100k"), ("train", "16k"),
         ("train", "300k")],
    )  # fmt: skip
    def test_a_full_disk_is_a_sentence(verb, size, inputs, undisturbed, tmp_path):
        out, mount = tmp_path / "out", MOUNT.replace("{size}", size)
        found = run(verb, inputs, out, f"{OWN_DISK} {shlex.quote(f'{mount}; {{}}; {KEEP}')}")
        require_sentence(found, "cannot be written: No space left on device; free some space, or")
        require_whole(verb, inputs, tmp_path / "out.kept", undisturbed)

    @pytest.mark.slow
    @pytest.mark.parametrize("verb", VERBS)
    def test_a_disk_that_is_only_read_is_a_sentence(verb, inputs, undisturbed, tmp_path):
        mount = f"{MOUNT.replace('{size}', '9m')} && mount -o remount,ro $OUT"
        found = run(
            verb, inputs, tmp_path / "out", f"{OWN_DISK} {shlex.quote(f'{mount}; {{}}; {KEEP}')}"
        )
        require_sentence(found, "cannot be written: Read-only file system; write into another")

    @pytest.mark.slow
    @pytest.mark.parametrize(("verb", "status"), [("synth", 0), ("prepare", 2), ("train", 2)])
    def test_what_is_finished_on_a_disk_that_is_only_read_is_kept(
        verb, status, inputs, undisturbed, tmp_path
    ):
        fill = f"cp -a {inputs / verb}/. $OUT && mount -o remount,ro $OUT"
        mount = f"{MOUNT.replace('{size}', '9m')} && {fill}"
        found = run(
            verb, inputs, tmp_path / "out", f"{OWN_DISK} {shlex.quote(f'{mount}; {{}}; {KEEP}')}"
        )
        assert found.returncode == status
        assert found.stderr.count("\n") == (status == 2), found.stderr
        assert content(tmp_path / "out.kept") == undisturbed[verb]


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_64_open_files_are_enough(verb, inputs, undisturbed, tmp_path):
    assert run(verb, inputs, tmp_path, "ulimit -n 64; {}").returncode == 0
    assert content(tmp_path) == undisturbed[verb]


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_names_and_words_survive_another_locale(verb, inputs, undisturbed, tmp_path):
    out = tmp_path / "Ærtebølge"
    strict = "PYTHONUTF8=0 PYTHONCOERCECLOCALE=0 PYTHONIOENCODING="
    for locale in ("LC_ALL=C", f"LC_ALL=C {strict}"):
        assert run(verb, inputs, out, f"{locale} {{}}").returncode == 0
        assert content(out) == undisturbed[verb]


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_a_reader_that_has_gone_costs_nothing_that_was_done(verb, inputs, undisturbed, tmp_path):
    read, write = os.pipe()
    os.close(read)
    found = run(verb, inputs, tmp_path, stdout=write)
    os.close(write)
    assert (found.returncode, found.stderr) == (141, "")
    if verb == "train":  # the first line could not be told
        assert len((tmp_path / "log.csv").read_text().splitlines()) == 2
    else:
        assert content(tmp_path) == undisturbed[verb]
    require_whole(verb, inputs, tmp_path, undisturbed)


@pytest.mark.slow
@pytest.mark.parametrize("verb", VERBS)
def test_without_a_home_all_is_written_where_it_is_told(verb, inputs, undisturbed, tmp_path):
    another = OWN_USER if CAN_BE_ANOTHER else ""
    found = run(verb, inputs, tmp_path, f"{WITHOUT_HOME} {another} {{}}")
    assert (found.returncode, found.stderr) == (0, "")
    assert content(tmp_path) == undisturbed[verb]


@pytest.mark.slow
@pytest.mark.parametrize("cache", ["/proc/here", "/dev/null/here"])
def test_a_cache_that_cannot_be_is_a_sentence(cache, inputs, tmp_path):
    said = run("synth", inputs, cache)
    require_sentence(said, "cannot be written")
    assert "another folder" in said.stderr or "choose a path" in said.stderr


if CAN_BE_ANOTHER:

    @pytest.mark.slow
    def test_a_cache_without_a_home_is_a_sentence(inputs):
        command = f"{sys.executable} -m meshgait synth --data.split=test {shlex.join(DATA)}"
        found = run("synth", inputs, "", f"{WITHOUT_HOME} {OWN_USER} {command}")
        require_sentence(found, "no home folder is known here")
