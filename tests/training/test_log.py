import csv
import resource

import pytest

from meshgait.errors import DependencyError, StorageError
from meshgait.training import log as training_log
from meshgait.training.log import TrainingLog, write_table


def events_of(folder):
    """Step and value of all losses that TensorBoard shows."""
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = reader.EventAccumulator(str(folder / "events"))
    events.Reload()
    return [(event.step, event.value) for event in events.Scalars("loss")]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of TensorBoard's own imports
def test_what_a_killed_run_wrote_beyond_its_checkpoint_is_not_shown(tmp_path):
    with TrainingLog(tmp_path, start=0, steps=9) as log:
        for step in (2, 4, 6):
            log.write({"step": step, "loss": 10 + step, "lr": 0.5})
    with TrainingLog(tmp_path, start=4, steps=9) as log:
        log.advance()
        log.write({"step": 6, "loss": 26, "lr": 0.5})
    assert events_of(tmp_path) == [(2, 12.0), (4, 14.0), (6, 26.0)]


def test_a_silent_log_writes_nothing(tmp_path, capfd):
    with TrainingLog(tmp_path, start=0, steps=2, silent=True) as log:
        log.advance()
        log.write({"step": 1, "loss": 2.0})
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")


def test_training_goes_on_without_tensorboard(tmp_path, monkeypatch):
    def missing(package, extra):
        raise DependencyError(f"{package} of {extra} is not there")

    monkeypatch.setattr(training_log, "require", missing)
    with TrainingLog(tmp_path, start=0, steps=2) as log:
        log.write({"step": 1, "loss": 2.0})
    assert not list(tmp_path.iterdir())


def test_the_table_holds_every_number_of_every_row(tmp_path):
    rows = [{"step": 1, "loss": 0.1 + 0.2, "a": 4.0}, {"step": 2, "loss": 1e-30, "b": 3.0}]
    write_table(tmp_path / "log.csv", rows)
    with (tmp_path / "log.csv").open(newline="") as file:
        found = list(csv.DictReader(file))
    kept = [{name: float(value) for name, value in row.items() if value} for row in found]
    assert kept == rows
    write_table(tmp_path / "log.csv", [])
    assert (tmp_path / "log.csv").read_text().splitlines() == ["step"]


def test_without_a_terminal_there_is_a_line_for_every_row(tmp_path, capsys):
    row = {"step": 2, "loss": 0.5, "active_fraction": 0.25, "gradient_norm": 3.0, "lr": 0.1}
    with TrainingLog(tmp_path / "a", start=0, steps=9) as log:
        log.write(row)
        log.write({"step": 3, "validation_rank1": 50.0, "validation_mAP": 40.0})
    said = capsys.readouterr()
    first, second = said.err.splitlines()
    assert first.startswith("step 2 of 9: loss 0.5, active_fraction 0.25, lr 0.1, ")
    assert second.startswith("step 3 of 9: validation_rank1 50, validation_mAP 40, ")
    assert first.endswith("steps/s")
    assert said.out == ""
    told = []
    with TrainingLog(tmp_path / "b", start=2, steps=9, tell=told.append) as log:
        log.write(row)
    assert told == ["step 2 of 9: loss 0.5, active_fraction 0.25, lr 0.1"]
    assert capsys.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_name_that_tensorboard_cannot_write_costs_its_events_and_no_more(tmp_path):
    folder = tmp_path / "caf\udce9"
    with (
        pytest.warns(UserWarning, match="no events are written .* log.csv holds the same"),
        TrainingLog(folder, start=0, steps=9, tell=len) as log,
    ):
        log.write({"step": 1, "loss": 0.5})
    assert not folder.exists()


def write_many(folder):
    with TrainingLog(folder, start=0, steps=999, tell=len) as log:
        for step in range(1, 999):
            log.write({"step": step, "loss": 0.5})


def test_events_that_cannot_be_written_are_one_sentence(tmp_path, capfd):
    pytest.importorskip("tensorboard")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))
    try:
        with pytest.raises(StorageError, match="events cannot be written: File too large; raise"):
            write_many(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert capfd.readouterr() == ("", "")
