import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from meshgait.data import TrainingBatches
from meshgait.errors import ConfigError, DataError, TrainingError
from meshgait.losses import IdentityLoss, batch_all_triplet, triplet_statistics
from meshgait.models import GEI, SLN, FusionGait, MeshNet, PointNet, SMPLGait
from meshgait.numerics import precision as numerics_precision
from meshgait.training import fit as loop
from meshgait.training.fit import fit
from meshgait.training.optimizers import Adam, Sgd
from meshgait.weights.checkpoint import build_model, load_checkpoint, load_model, save_checkpoint
from tests import distributed_training
from tests.alone import killed_at_events, run_alone
from tests.random_walks import RandomWalks
from tests.small_training import DATA, RECIPE, in_step, tiny

ROOT = Path(__file__).parents[2]


def train(out, recipe=RECIPE, *, model_class=SMPLGait, resume=False, **changes):
    model, criterion = tiny(model_class)
    history = fit(model, DATA, replace(recipe, **changes), loss=criterion, out=out, resume=resume)
    return model, criterion, history


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """What 20 undisturbed steps leave."""
    out = tmp_path_factory.mktemp("straight")
    _, _, history = train(out)
    return out, history


def assert_same_end(out, straight, history):
    expected, rows = straight
    assert history == rows
    assert (out / "log.csv").read_bytes() == (expected / "log.csv").read_bytes()
    ours, theirs = (load_checkpoint(path / "checkpoint.pt") for path in (out, expected))
    assert ours.keys() == theirs.keys()
    assert_close(ours["weights"], theirs["weights"], rtol=0, atol=0)
    ours, theirs = ours["training"], theirs["training"]
    assert ours["step"] == 20
    assert ours["schedule"] == theirs["schedule"]
    assert_close(ours["criterion"], theirs["criterion"], rtol=0, atol=0)
    ours, theirs = ours["optimizer"], theirs["optimizer"]
    assert ours["param_groups"] == theirs["param_groups"]
    assert len(ours["state"]) > 10
    assert_close(ours["state"], theirs["state"], rtol=0, atol=0)


@pytest.mark.parametrize(
    ("end", "workers", "saved", "code"),
    [
        ("killed in step 13", 2, 10, -signal.SIGKILL),
        ("killed while saving step 10", 0, 5, -signal.SIGKILL),
        ("interrupted in step 11", 1, 11, -signal.SIGINT),
    ],
)
def test_a_run_that_ends_early_resumes_to_the_same_bits(
    tmp_path, straight, end, workers, saved, code
):
    found = run_alone("tests.small_training", str(tmp_path), str(workers), end)
    assert found.returncode == code, found.stderr
    assert load_checkpoint(tmp_path / "checkpoint.pt")["training"]["step"] == saved
    *_, history = train(tmp_path, resume=True, workers=2 - workers)
    assert_same_end(tmp_path, straight, history)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("step", [1, 7, 20])
def test_an_interrupt_finishes_the_step_and_saves(tmp_path, straight, number, step):
    model, criterion = tiny()
    in_step(step, criterion, lambda: signal.raise_signal(number))
    handler = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt):
        fit(model, DATA, RECIPE, loss=criterion, out=tmp_path)
    assert signal.getsignal(number) is handler
    assert load_checkpoint(tmp_path / "checkpoint.pt")["training"]["step"] == step
    *_, history = train(tmp_path, resume=True)
    assert_same_end(tmp_path, straight, history)


def test_more_steps_can_be_asked_for_later_and_other_processes_may_read_the_data(
    tmp_path, straight
):
    train(tmp_path, steps=10)
    *_, history = train(tmp_path, resume=True, workers=1, save_every=3)
    assert_same_end(tmp_path, straight, history)
    model, _, again = train(tmp_path, resume=True)
    assert again == history
    assert not model.training
    with pytest.raises(ConfigError, match="at step 20 already, beyond the 10 asked for"):
        train(tmp_path, resume=True, steps=10)


@pytest.mark.slow
def test_killed_at_any_event_a_training_ends_as_if_undisturbed(tmp_path):
    report = killed_at_events("train", 20, tmp_path)
    assert report["different"] == []
    assert report["killed"] == 20


@pytest.mark.slow
def test_where_one_of_two_processes_dies_the_other_says_so_and_saves(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Started as torchrun does; itself it ends the survivor, at times before that has spoken.
    both = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": "2",
            "LOCAL_WORLD_SIZE": "2", "GROUP_RANK": "0", "TORCHELASTIC_RUN_ID": "none"}  # fmt: skip
    command = [sys.executable, "-m", "tests.distributed_training", str(tmp_path), "dying"]
    survivor, other = (
        subprocess.Popen(
            command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env={**os.environ, **both, "PYTHONPATH": str(ROOT), "RANK": rank, "LOCAL_RANK": rank},
        )
        for rank in ("0", "1")
    )  # fmt: skip
    error = survivor.communicate(timeout=120)[1]
    other.communicate()
    assert (survivor.returncode, other.returncode) == (1, -signal.SIGKILL)
    assert "TrainingError: another process of this training has ended" in error
    assert load_checkpoint(tmp_path / "checkpoint.pt")["training"]["step"] == 2


def test_a_second_training_into_one_folder_is_refused_at_once(tmp_path):
    model, criterion = tiny()
    found = []

    def another():
        with pytest.raises(ConfigError, match="another process is writing into") as raised:
            train(tmp_path)
        found.append(raised.value)

    in_step(2, criterion, another)
    fit(model, DATA, replace(RECIPE, steps=3), loss=criterion, out=tmp_path)
    assert len(found) == 1


@pytest.mark.parametrize("step", [1, 6, 13])
def test_what_is_rescued_in_the_middle_of_a_step_is_what_was_done_before(tmp_path, straight, step):
    torch.manual_seed(0)
    model, criterion = tiny()
    training = []
    whole_init = loop._Training.__init__

    def init(self, *arguments):
        whole_init(self, *arguments)
        training.append(self)

    class Ended(BaseException):
        pass

    def end():
        training[0].rescue()
        raise Ended

    in_step(step, criterion, end)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop._Training, "__init__", init)
        with pytest.raises(Ended):
            fit(model, DATA, replace(RECIPE, save_every=1000), loss=criterion, out=tmp_path)
    if step > 1:
        assert load_checkpoint(tmp_path / "checkpoint.pt")["training"]["step"] == step - 1
    *_, history = train(tmp_path, resume=True)
    assert_same_end(tmp_path, straight, history)


def test_training_is_this_loop(tmp_path):
    model, criterion, history = train(
        tmp_path, model_class=SLN, steps=4, log_every=1, milestones=(2,), max_norm=1.0
    )
    expected, loss = tiny(SLN)
    batches = TrainingBatches(
        DATA, modalities=["silhouette"], shape=RECIPE.batch, frames=RECIPE.frames, seed=0
    )
    weights = [*expected.parameters(), *loss.parameters()]
    optimizer = torch.optim.Adam(weights, lr=1e-3, weight_decay=5e-4, fused=True)
    for step in range(4):
        batch = batches[step]
        embedding = expected(**batch.inputs)
        terms = loss(embedding, batch.label)
        optimizer.zero_grad()
        sum(terms.values()).backward()
        norm = nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        statistics = triplet_statistics(embedding, batch.label)
        row = {"loss": sum(terms.values()), **terms, "gradient_norm": norm}
        row = {name: value.item() for name, value in row.items()} | vars(statistics)
        assert history[step] == {"step": step + 1, "lr": (1e-3, 1e-3, 1e-4, 1e-4)[step], **row}
        if step + 1 == 2:
            optimizer.param_groups[0]["lr"] = 1e-4
    assert_close(model.state_dict(), expected.state_dict(), rtol=0, atol=0)
    assert_close(criterion.state_dict(), loss.state_dict(), rtol=0, atol=0)


def test_the_rate_falls_by_ten_after_each_milestone(tmp_path):
    *_, history = train(tmp_path, steps=9, log_every=1, milestones=(2, 5), optimizer=Adam(lr=0.5))
    rates = [0.5 * 0.1 ** sum(milestone < step for milestone in (2, 5)) for step in range(1, 10)]
    assert [row["lr"] for row in history] == pytest.approx(rates)


@pytest.mark.parametrize("limit", [1e-3, None])
def test_a_step_is_no_longer_than_the_largest_norm(tmp_path, limit):
    before = [weight.detach().clone() for part in tiny(SLN) for weight in part.parameters()]
    *parts, (row,) = train(
        tmp_path, model_class=SLN, steps=1, max_norm=limit,
        optimizer=Sgd(lr=1.0, momentum=0.0, weight_decay=0.0),
    )  # fmt: skip
    after = [weight for part in parts for weight in part.parameters()]
    moved = torch.cat([(new - old).flatten() for new, old in zip(after, before, strict=True)])
    assert row["gradient_norm"] > 0.1
    assert moved.norm().item() == pytest.approx(limit or row["gradient_norm"], rel=1e-3)


def test_what_was_trained_is_what_is_saved(tmp_path):
    model, _, history = train(tmp_path, steps=3, log_every=2)
    assert not model.training
    assert_close(load_model(tmp_path / "checkpoint.pt").state_dict(), model.state_dict())
    assert [row["step"] for row in history] == [2, 3]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "checkpoint.pt", "events", "log.csv",
    ]  # fmt: skip


def test_training_leaves_the_random_state_alone(tmp_path):
    model, criterion = tiny()
    state = torch.get_rng_state()
    fit(model, DATA, replace(RECIPE, steps=2), loss=criterion, out=tmp_path)
    assert torch.equal(torch.get_rng_state(), state)


def test_chance_depends_on_the_seed_and_on_the_step(tmp_path):
    def numbers(seed, **options):
        found = []
        model, criterion = tiny(SLN)
        criterion.register_forward_hook(lambda *_: found.append(torch.rand(()).item()))
        recipe = replace(RECIPE, steps=4, seed=seed, **options)
        fit(model, DATA, recipe, loss=criterion, out=tmp_path / str(len(list(tmp_path.iterdir()))))
        return found

    first = numbers(0)
    assert first == numbers(0, log_every=3)
    assert len({*first, *numbers(1), *numbers(2**32 - 1)}) == 12


def test_bf16_computes_in_half_precision_and_keeps_whole_weights(tmp_path):
    seen = []
    model, criterion = tiny()
    model.backbone[0].register_forward_hook(lambda *call: seen.append(call[-1].dtype))
    history = fit(model, DATA, replace(RECIPE, precision="bf16"), loss=criterion, out=tmp_path)
    assert set(seen[-RECIPE.steps :]) == {torch.bfloat16}  # before, the network is tried
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    *_, exact = train(tmp_path / "fp32")
    assert history[0]["loss"] == pytest.approx(exact[0]["loss"], rel=0.1)
    assert history != exact


@pytest.mark.parametrize(("able", "same"), [(True, "bf16"), (False, "fp32")])
def test_the_precision_that_a_processor_is_fast_in_is_chosen_and_kept(
    tmp_path, monkeypatch, able, same
):
    monkeypatch.setattr(numerics_precision, "has_bf16", lambda device: able)
    rows = {}
    for asked in ("auto", same):
        model, criterion = tiny()
        recipe = replace(RECIPE, precision=asked)
        rows[asked] = fit(model, DATA, recipe, loss=criterion, out=tmp_path / asked)
    assert rows["auto"] == rows[same]
    monkeypatch.setattr(numerics_precision, "has_bf16", lambda device: not able)
    model, criterion = tiny()
    more = replace(RECIPE, precision="auto", steps=RECIPE.steps + 1)
    with pytest.raises(ConfigError, match=rf"recipe\.precision was '{same}'"):
        fit(model, DATA, more, loss=criterion, out=tmp_path / "auto", resume=True)


BODIES = {
    MeshNet: (MeshNet.Config(width=0.25), ("encoder.norm_in",)),
    PointNet: (PointNet.Config(width=0.25), ("layers.0",)),
    FusionGait: (
        FusionGait.Config(size=DATA.size, stages=((8,), (8,)), bins=(1,), width=0.25),
        ("branches.0.encoder.norm_in", "branches.1.encoder.norm_in", "backbone.0"),
    ),
}


@pytest.mark.parametrize("model_class", BODIES)
def test_bodies_are_as_exact_in_half_precision_as_in_whole(tmp_path, model_class):
    """What their first layers read is the same to the last bit."""
    config, layers = BODIES[model_class]
    read = {}
    for precision in ("fp32", "bf16"):
        torch.manual_seed(0)
        model = model_class(config)
        for name in layers:
            model.get_submodule(name).register_forward_hook(
                lambda _, given, __, at=(precision, name): read.update({at: given[0].clone()})
            )
        recipe = replace(RECIPE, steps=1, precision=precision)
        (row,) = fit(model, DATA, recipe, out=tmp_path / precision)
        assert 0 < row["gradient_norm"] < float("inf")
    for name in layers:
        assert read["bf16", name].dtype == torch.float32
        assert_close(read["bf16", name], read["fp32", name], rtol=0, atol=0)


def test_two_processes_train_as_one_does(tmp_path):
    options = ["--standalone", "--nproc-per-node=2", "--module"]
    found = run_alone(
        "torch.distributed.run", *options, "tests.distributed_training", str(tmp_path)
    )
    assert found.returncode == 0, found.stderr
    model, criterion = distributed_training.exact(*tiny(SLN))
    history = fit(model, DATA, distributed_training.RECIPE, loss=criterion, out=tmp_path / "alone")
    content = load_checkpoint(tmp_path / "checkpoint.pt")
    assert_close(content["weights"], model.state_dict(), rtol=1e-9, atol=1e-12)
    for name in ("loss", "gradient_norm", "active_fraction", "positive_distance"):
        ours, theirs = (
            [row[name] for row in rows] for rows in (content["training"]["history"], history)
        )
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)
    # Both stopped, and both know the whole history.
    assert {path.name for path in tmp_path.glob("interrupted-*")} == {
        f"interrupted-{rank}" for rank in (0, 1)
    }
    assert (tmp_path / "rows-0").read_text() == (tmp_path / "rows-1").read_text()
    assert len(list((tmp_path / "events").iterdir())) == 2  # one for each call of `fit`


class Root(nn.Module):
    """Zero, but its gradient is not."""

    def forward(self, embedding, label):
        return {"root": (embedding - embedding.detach()).sum().square().sqrt()}


def test_an_infinite_loss_stops_the_training_and_saves_the_batch(tmp_path):
    with pytest.raises(
        TrainingError, match=r"the loss is (nan|inf) at step \d+; the batch .*lower"
    ):
        train(tmp_path, model_class=SLN, optimizer=Sgd(lr=1e30), max_norm=None)
    failed = load_checkpoint(tmp_path / "failed_batch.pt")
    model, criterion = build_model(failed), tiny(SLN)[1]
    criterion.load_state_dict(failed["criterion"])
    terms = criterion(model(**failed["inputs"], mask=failed["mask"]), failed["label"])
    assert not sum(terms.values()).isfinite()
    (tmp_path / "failed_batch.pt").rename(tmp_path / "checkpoint.pt")
    with pytest.raises(DataError, match="no training to go on with"):
        train(tmp_path, model_class=SLN, resume=True)


def test_an_infinite_gradient_never_reaches_the_weights(tmp_path):
    model, _ = tiny(SLN)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    with pytest.raises(TrainingError, match="the gradient is nan at step 0"):
        fit(model, DATA, RECIPE, loss=Root(), out=tmp_path)
    assert_close(model.state_dict(), before, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"seed": 1}, r"recipe\.seed was 0, is 1"),
        ({"max_norm": None}, r"recipe\.max_norm was 10\.0, is None"),
        ({"optimizer": Adam(lr=2e-3)}, r"recipe\.optimizer was Adam\(lr=0\.001.*lr=0\.002.*\)"),
        ({"precision": "bf16"}, r"recipe\.precision was 'fp32', is 'bf16'"),
    ],
)
def test_another_recipe_is_not_mixed_with_the_one_before(tmp_path, change, sentence):
    train(tmp_path, steps=1)
    with pytest.raises(ConfigError, match=f"trained otherwise: {sentence}. Resume it as it was"):
        train(tmp_path, resume=True, **change)


def test_another_model_loss_or_data_set_is_not_mixed_with_the_one_before(tmp_path):
    train(tmp_path, steps=1)

    def resumed(model, criterion, data=DATA):
        fit(model, data, RECIPE, loss=criterion, out=tmp_path, resume=True)

    model, criterion = tiny()
    with pytest.raises(ConfigError, match=r"model was 'SMPLGait', is 'SLN'"):
        resumed(*tiny(SLN))
    wider = SMPLGait(replace(model.config, width=1 / 8))
    with pytest.raises(ConfigError, match=r"model\.width was 0\.0625, is 0\.125"):
        resumed(wider, criterion)
    with pytest.raises(ConfigError, match=r"criterion\.margin was 0\.2, is 0\.5"):
        resumed(model, IdentityLoss(*model.embedding_shape, 5, margin=0.5))
    with pytest.raises(
        ConfigError, match=r"data was '15 clips of 5 people, \w+', is '12 clips of 4"
    ):
        resumed(model, criterion, RandomWalks(people=4))
    with pytest.raises(ConfigError, match="data was '15 clips of 5 people"):
        resumed(model, criterion, RandomWalks(names="other-{}"))
    more = IdentityLoss(*model.embedding_shape, 6)
    with pytest.raises(DataError, match=r"no training to go on with.*neck\.weight"):
        resumed(model, more)


def test_the_same_names_with_another_fingerprint_are_other_data(tmp_path):
    data = RandomWalks()
    data.fingerprint = "a"
    model, criterion = tiny()
    fit(model, data, replace(RECIPE, steps=1), loss=criterion, out=tmp_path)
    data.fingerprint = "b"
    with pytest.raises(ConfigError, match="data was"):
        fit(model, data, RECIPE, loss=criterion, out=tmp_path, resume=True)


def test_a_folder_with_a_run_is_only_written_to_when_asked(tmp_path):
    train(tmp_path, steps=1)
    before = (tmp_path / "checkpoint.pt").read_bytes()
    with pytest.raises(ConfigError, match=r"checkpoint\.pt is there already: resume it, or"):
        train(tmp_path)
    assert (tmp_path / "checkpoint.pt").read_bytes() == before


@pytest.mark.parametrize("part", ["settings", "weights", "training"])
@pytest.mark.parametrize("value", [None, {}, [1, 2], {"step": 3}])
def test_a_checkpoint_without_its_training_is_refused(tmp_path, straight, part, value):
    content = load_checkpoint(straight[0] / "checkpoint.pt")
    save_checkpoint(tmp_path / "checkpoint.pt", {**content, part: value})
    with pytest.raises((ConfigError, DataError), match=r"checkpoint\.pt (holds no|was trained)"):
        train(tmp_path, resume=True)


class TwoOutputs(SLN):
    def describe(self, silhouette, mask=None):
        embedding = self(silhouette, mask)
        return embedding, embedding.mean((1, 2))


class LossOfTwo(nn.Module):
    describes = True

    def forward(self, embedding, label, brightness):
        spread = (brightness - label).square().mean()
        return {"triplet": batch_all_triplet(embedding, label), "spread": spread}


def test_a_loss_is_given_all_that_a_model_describes(tmp_path):
    torch.manual_seed(0)
    model = TwoOutputs(tiny(SLN)[0].config)
    history = fit(model, DATA, replace(RECIPE, log_every=1), loss=LossOfTwo(), out=tmp_path)
    assert history[-1]["spread"] < history[0]["spread"]
    assert model(torch.zeros(2, 3, *DATA.size)).shape == (2, *model.embedding_shape)


def test_only_what_may_learn_learns(tmp_path):
    with pytest.raises(ConfigError, match="GEI has no weights to train"):
        fit(GEI(GEI.Config(size=DATA.size)), DATA, RECIPE, loss=LossOfTwo(), out=tmp_path)
    model, criterion = tiny(SLN)
    model.backbone.requires_grad_(False)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    fit(model, DATA, replace(RECIPE, steps=2), loss=criterion, out=tmp_path)
    same = {name: torch.equal(weight, before[name]) for name, weight in model.state_dict().items()}
    assert same == {name: name.startswith("backbone") for name in before}


def test_training_works_outside_the_main_thread(tmp_path):
    found = []

    def work():
        with suppress(Exception):
            found.extend(train(tmp_path, steps=2)[-1])

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found
