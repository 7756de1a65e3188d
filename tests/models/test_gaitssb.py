import torch
from torch.testing import assert_close

from meshgait.models import GaitSSB
from meshgait.recipes import find_recipe


def test_embeddings_have_length_1_and_predict_a_projection_without_gradient():
    model = GaitSSB(width=1 / 16)
    clips = torch.rand(4, 5, 64, 44)
    predicted, projected = model.describe(clips)
    assert_close(predicted.norm(dim=-1), torch.ones(4, 31))
    assert predicted.requires_grad
    assert not projected.requires_grad
    model.eval()
    assert_close(model(clips), model.describe(clips)[0])


def test_of_the_published_size_it_has_the_parameters_of_its_layers():
    model = GaitSSB()
    linear, norm = 31 * 512 * 512, 2 * 31 * 512
    backbone = sum(p.numel() for p in model.backbone.parameters())
    assert sum(p.numel() for p in model.parameters()) == backbone + 4 * linear + 3 * norm


def test_the_published_schedule_has_every_walk_twice():
    recipe = find_recipe("gaitssb/gaitlu-1m").recipe
    assert (recipe.batch.subjects, recipe.batch.clips) == (8 * 64, 2)
    assert recipe.optimizer.lr == 0.05
    assert (recipe.milestones, recipe.steps) == ((80_000, 120_000), 150_000)
    assert (recipe.frames.frames, recipe.frames.skip) == (16, 4)
