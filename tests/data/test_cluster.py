import os
import signal
import socket
import sys
from functools import partial
from pathlib import Path

import distributed
import pytest

from meshgait.cli import main
from meshgait.data import cluster as ours
from meshgait.data.processes import in_turn, processes, shared_by
from meshgait.data.store.write import _complete_shard
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.errors import ConfigError, DataError, DependencyError, MeshgaitError

SMALL = WildConfig(clips=2, frames=(12, 14))
PEOPLE = 24  # three shards


class Fatal(SyntheticGait):
    """Its person 9 ends the process that draws him, if he is drawn for the first time."""

    def _drawer(self, people):
        return partial(_draw_or_die, super()._drawer(people), self.folder.parent / "died")


def _draw_or_die(draw, flag, person, clip):
    if person == 9 and not flag.exists():
        flag.write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    return draw(person, clip)


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".lock"}


def share(address, function, *columns):
    with shared_by(cluster=address), processes(1) as pool:
        return list(in_turn(pool, function, *columns))


def test_a_cluster_is_map_and_an_error_of_the_work_stays_what_it_was(machines):
    assert share(machines, divmod, [7, 9], [2, 2]) == [(3, 1), (4, 1)]
    with pytest.raises(ZeroDivisionError):
        share(machines, divmod, [7], [0])


def test_where_no_scheduler_answers_a_sentence_says_what_to_start(monkeypatch):
    monkeypatch.setattr(ours, "_ANSWERS_WITHIN_S", 0.2)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for address in (f"tcp://127.0.0.1:{port}", "nonsense://x", ""):
        with pytest.raises(ConfigError, match="no scheduler of Dask answers"):
            share(address, divmod, [7], [2])


def test_a_cluster_without_workers_is_told_of(monkeypatch):
    monkeypatch.setattr(ours, "_ANSWERS_WITHIN_S", 0.2)
    options = {"host": "127.0.0.1", "dashboard_address": ":0"}
    with (
        distributed.SpecCluster(
            scheduler={"cls": distributed.Scheduler, "options": options}
        ) as alone,
        pytest.raises(ConfigError, match="has no workers"),
    ):
        share(alone.scheduler_address, divmod, [7], [2])


def test_without_the_extra_a_sentence_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(DependencyError, match=r"pip install 'meshgait\[cluster\]'"):
        share("tcp://127.0.0.1:1", divmod, [7], [2])


def test_machines_of_other_versions_are_refused_by_name():
    there = ours._versions() | {"numpy": "1.0"}
    with pytest.raises(DependencyError, match=r"differ.*numpy 1\.0 where it started and"):
        ours._work(there, divmod, 7, 2)
    assert ours._work(ours._versions(), divmod, 7, 2) == (3, 1)


def test_a_machine_that_does_not_see_the_folder_says_so(machines, tmp_path):
    with pytest.raises(DataError, match="must share the folder"):
        share(machines, _complete_shard, [tmp_path / "elsewhere"], [0], [list], ["x"])
    assert not (tmp_path / "elsewhere").exists()


def test_one_chooses_workers_or_a_cluster_and_a_number_above_0():
    for bad in ({"workers": 2, "cluster": "tcp://x:1"}, {"workers": 0}):
        with pytest.raises(ConfigError), shared_by(**bad):
            pass


@pytest.mark.parametrize("command", ["synth", "prepare gait3d ."])
def test_commands_that_make_data_say_what_is_wrong_with_their_options(
    command, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "GAIT").mkdir()
    for options in ("--workers=0", "--workers=2 --cluster=tcp://127.0.0.1:1"):
        assert main([*command.split(), *options.split()]) != 0
        assert "worker" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_line_takes_both_and_the_bytes_are_the_same(machines, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = ["--data.identities=2", "--data.config.clips=2", "--data.config.frames=[12,12]"]
    for name, more in (("alone", "--workers=1"), ("shared", f"--cluster={machines}")):
        assert main(["synth", *options, f"--data.cache={name}", more]) == 0
    (alone,), (shared,) = (tuple(Path(name).glob("train-*")) for name in ("alone", "shared"))
    assert content(shared) == content(alone)


@pytest.mark.slow
def test_a_cluster_of_processes_that_loses_one_makes_the_bytes_of_one_process(tmp_path):
    make = {"identities": PEOPLE, "seed": 3, "config": SMALL, "progress": False}
    with shared_by(workers=1):
        alone = SyntheticGait("test", cache=tmp_path / "alone", **make)
    with distributed.LocalCluster(
        3, processes=True, threads_per_worker=1, dashboard_address=":0"
    ) as started, shared_by(cluster=started.scheduler_address):  # fmt: skip
        shared = Fatal("test", cache=tmp_path / "shared", **make)
    assert (tmp_path / "shared/died").read_text() != str(os.getpid())
    assert content(shared.folder) == content(alone.folder)


@pytest.mark.slow
def test_work_that_ends_every_worker_is_given_up_with_a_sentence():
    with (
        distributed.LocalCluster(2, threads_per_worker=1, dashboard_address=":0") as started,
        pytest.raises(MeshgaitError, match="four workers of the cluster have ended"),
    ):
        share(started.scheduler_address, os._exit, [3])
