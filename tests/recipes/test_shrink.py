import pytest

from meshgait import models
from meshgait.cli import main
from meshgait.recipes import RECIPES, shrink


@pytest.mark.parametrize("name", RECIPES)
def test_a_small_recipe_is_small_and_says_what_it_changed(name):
    published = RECIPES[name]
    small, changes = shrink(published, getattr(models, published.model))
    old, new = published.recipe, small.recipe
    assert new.steps <= 300
    assert new.batch.subjects * new.batch.clips <= 16
    assert all(stone < new.steps for stone in new.milestones)
    assert len(new.milestones) == len(old.milestones)
    assert (new.loss, new.optimizer, new.metric) == (old.loss, old.optimizer, old.metric)
    assert small.config.width == 0.25
    said = {change.split(":")[0] for change in changes}
    changed = {key for key, value in vars(new).items() if value != getattr(old, key)}
    assert said == {*changed, "width of the network"}


def test_a_small_recipe_trains_on_synthetic_walkers(tmp_path, capsys):
    few = ["--data.identities=3", "--data.config.clips=2", "--data.config.frames=[12,14]",
           f"--data.cache={tmp_path}", "--data.progress=false", "--recipe.steps=2",
           "--recipe.milestones=[1]", "--recipe.batch.subjects=3",
           "--model.width=0.0625", f"--out={tmp_path / 'run'}"]  # fmt: skip
    assert main(["train", "--recipe", "gaitset/casia-b", "--budget", "small", *few]) == 0
    captured = capsys.readouterr()
    assert captured.out.strip().endswith("checkpoint.pt")
    assert "a small budget changes\nsteps: 40000 -> 300" in captured.err
    assert main(["train", "--recipe=sln/gait3d", "--budget=tiny"]) == 2
    assert "small or published, not 'tiny'" in capsys.readouterr().err
    assert main(["train", "SMPLGait", "--recipe=sln/gait3d"]) == 2
    assert "trains SLN, not SMPLGait" in capsys.readouterr().err
