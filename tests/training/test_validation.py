from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.data import SubjectsAndClips
from meshgait.errors import ConfigError
from meshgait.evaluation import embed
from meshgait.metrics import part_distance, retrieval
from meshgait.training.fit import fit
from meshgait.training.validation import hold_out, is_best, validate
from meshgait.weights.checkpoint import load_checkpoint, load_model
from tests.random_walks import RandomWalks
from tests.small_training import DATA, RECIPE, in_step, tiny

RECIPE = replace(
    RECIPE, steps=10, batch=SubjectsAndClips(3, 2), validate_every=3, validate_share=0.4,
    log_every=2,
)  # fmt: skip
SCORES = ("validation_rank1", "validation_mAP")


def people(data):
    return {record.subject for record in data.records}


def train(out, *, resume=False, **changes):
    model, criterion = tiny()
    return fit(model, DATA, replace(RECIPE, **changes), loss=criterion, out=out, resume=resume)


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    out = tmp_path_factory.mktemp("straight")
    return out, train(out)


def test_people_are_held_out_whole_and_by_the_seed():
    chosen = set()
    for seed in range(20):
        learn, held = hold_out(DATA, replace(RECIPE, seed=seed))
        assert people(learn) | people(held) == people(DATA)
        assert not people(learn) & people(held)
        assert len(people(held)) == 2
        assert len(learn) + len(held) == len(DATA)
        place = held.records.index(held.records[-1])
        expected = DATA[DATA.records.index(held.records[-1])].frames["smpl"]
        np.testing.assert_array_equal(held[place].frames["smpl"], expected)
        assert people(hold_out(DATA, replace(RECIPE, seed=seed))[1]) == people(held)
        chosen |= {tuple(sorted(people(held)))}
    assert len(chosen) > 3


@pytest.mark.parametrize("share", [0.01, 0.9])
def test_two_people_at_least_are_left_on_either_side(share):
    recipe = replace(RECIPE, validate_share=share)
    if share < 0.5:
        assert len(people(hold_out(DATA, recipe)[1])) == 2
    else:
        with pytest.raises(ConfigError, match=r"cannot be held out .* set validate_every to 0"):
            hold_out(DATA, recipe)
    with pytest.raises(ConfigError, match="of 3 people"):
        hold_out(RandomWalks(people=3), recipe)


def test_every_clip_is_searched_for_among_all_others():
    model, _ = tiny()
    values = embed(model, DATA, progress=False).values
    who = [record.subject for record in DATA.records]
    distance = part_distance(values, values, "cosine").numpy()
    expected = retrieval(distance, who, who, exclude=np.eye(len(who), dtype=bool))
    assert validate(model, DATA, "cosine") == {
        "validation_rank1": expected["rank1"], "validation_mAP": expected["mAP"],
    }  # fmt: skip


def test_the_best_is_the_first_with_the_highest_map():
    history = [{"step": 1.0}, {"step": 2.0, "validation_mAP": 50.0}]
    assert not is_best(history, {"validation_mAP": 50.0})
    assert is_best(history, {"validation_mAP": 50.1})
    assert is_best(history[:1], {"validation_mAP": 0.0})


def test_a_validation_is_in_the_table_and_the_best_network_is_kept(straight):
    out, history = straight
    found = {row["step"]: row for row in history if SCORES[1] in row}
    assert list(found) == [3, 6, 9, 10]
    assert [row["step"] for row in history if "loss" in row] == [2, 4, 6, 8, 10]
    assert "validation_mAP" in (out / "log.csv").read_text().splitlines()[0]
    best = max(found.values(), key=lambda row: row[SCORES[1]])
    content = load_checkpoint(out / "best.pt")
    assert content["validation"] == {name: best[name] for name in SCORES}
    _, held = hold_out(DATA, RECIPE)
    assert validate(load_model(out / "best.pt"), held, "cosine") == content["validation"]
    assert set(content["subjects"]) == people(DATA) - people(held)


def test_it_changes_nothing_in_the_training(tmp_path, straight):
    _, history = straight
    often = train(tmp_path, validate_every=1)
    for row in history:
        if "loss" in row:
            assert row["loss"] == next(r["loss"] for r in often if r["step"] == row["step"])
    ours, theirs = (
        load_checkpoint(out / "checkpoint.pt")["weights"] for out in (tmp_path, straight[0])
    )
    assert_close(ours, theirs, rtol=0, atol=0)


@pytest.mark.parametrize("step", [4, 7])
def test_it_is_resumed_to_the_same_bits(tmp_path, straight, step):
    model, criterion = tiny()
    in_step(step, criterion, lambda: torch.zeros(1).new_zeros(()).item() / 0)
    with pytest.raises(ZeroDivisionError):
        fit(model, DATA, replace(RECIPE, save_every=step - 1), loss=criterion, out=tmp_path)
    again = train(tmp_path, resume=True, save_every=step - 1)
    out, history = straight
    assert again == history
    assert (tmp_path / "log.csv").read_bytes() == (out / "log.csv").read_bytes()
    for name in ("best.pt", "checkpoint.pt"):
        ours, theirs = (load_checkpoint(folder / name)["weights"] for folder in (tmp_path, out))
        assert_close(ours, theirs, rtol=0, atol=0)


def test_a_validation_that_was_interrupted_is_made_up_for(tmp_path, straight):
    model, criterion = tiny()
    calls = []

    def broken(module, *_):
        if module.training:
            calls.append(module)
        elif calls:  # not when it is tried before the first step
            raise ZeroDivisionError

    model.backbone[0].register_forward_hook(broken)
    with pytest.raises(ZeroDivisionError):
        fit(model, DATA, replace(RECIPE, save_every=1), loss=criterion, out=tmp_path)
    assert train(tmp_path, resume=True, save_every=1) == straight[1]
