import pytest
import torch
from torch.testing import assert_close

from meshgait.models.fusiongait import overlap
from meshgait.nn import Frames
from meshgait.nn.surface_refinement import METRES, SurfaceRefinement, sample
from meshgait.render import soften

BOTH = torch.ones(2).bool()


def clips(refinement, frames=3, wrong=0.1, stout=0.0):
    """Two clips: silhouettes of bodies, and estimates that are wrong by so many radians."""
    smpl = 0.2 * torch.randn(2 * frames, 85)
    smpl[:, 3:6] = torch.tensor([torch.pi, 0.0, 0.0]) + 0.1 * torch.randn(2 * frames, 3)
    code = torch.zeros(2, refinement.code)
    code[:, 0] = stout
    smpl, code = (x.to(refinement.modes) for x in (smpl, code))
    laid = Frames.of_lengths((frames, frames), smpl.device)
    with torch.no_grad():
        rotation = refinement.rotations(smpl)
        seen = refinement.draw(rotation, smpl[:, 75:], laid.repeat(code), (64, 44))
    estimated = smpl.clone()
    estimated[:, 6:75] += wrong * torch.randn(2 * frames, 69).to(smpl)
    return seen, estimated, laid


def small(steps, **options):
    return SurfaceRefinement(vertices=431, modes=16, steps=steps, **options)


@torch.no_grad()
def test_more_steps_overlap_more_before_anything_is_learnt():
    found = []
    for steps in (0, 1, 4):
        torch.manual_seed(0)
        refinement = small(steps)
        seen, smpl, frames = clips(refinement)
        found.append(overlap(seen, refinement(seen, smpl, BOTH, frames).drawn).mean())
    assert found[0] + 0.01 < found[1]
    assert found[1] + 0.01 < found[2]


@torch.no_grad()
def test_the_skin_is_trusted_wholly_at_most_and_only_at_the_rim():
    refinement = small(0)
    seen, smpl, frames = clips(refinement, frames=1)
    laid = refinement(seen, smpl, BOTH, frames)
    assert laid.confidence.min() >= 0
    assert 0.5 < laid.confidence.max() <= 1
    inside = sample(soften(laid.drawn, 1.5).unsqueeze(1), laid.pixels)[..., 0] > 0.99
    assert inside.any()
    assert laid.confidence[inside].max() < 0.04  # of 4 x (1 - x)


@torch.no_grad()
def test_a_skin_that_stands_off_is_found_where_poses_are_right():
    refinement = small(4)
    for stout in (1.5, -1.5):
        seen, smpl, frames = clips(refinement, wrong=0.0, stout=stout)
        heights = METRES * refinement(seen, smpl, BOTH, frames).code[:, :16] @ refinement.modes.T
        truth = METRES * stout * refinement.modes[:, 0]
        assert ((heights - truth).square().sum(1) < 0.6 * truth.square().sum()).all()


@torch.no_grad()
def test_clips_that_lack_an_input_stay_as_they_are_estimated():
    refinement = small(2)
    seen, smpl, frames = clips(refinement)
    found = refinement(seen, smpl, torch.tensor([True, False]), frames)
    bare = SurfaceRefinement(vertices=431, modes=16, steps=0)(seen, smpl, BOTH, frames)
    assert found.code[0].any()
    assert not found.code[1].any()
    assert_close(found.drawn[3:], bare.drawn[3:])


@pytest.mark.parametrize("what", ["update", "bend", "smpl"])
def test_the_gradient_through_the_steps_is_that_of_differences(what):
    refinement = small(3).double()
    seen, smpl, frames = clips(refinement, frames=1)
    smpl.requires_grad_()
    tensor = {"update": refinement.update.weight, "bend": refinement.bend, "smpl": smpl}[what]

    def away():
        laid = refinement(seen, smpl, BOTH, frames)
        return (laid.drawn - seen).square().sum() + laid.code.square().sum()

    (gradient,) = torch.autograd.grad(away(), tensor)
    way = gradient / gradient.norm()
    for size in (1e-7, 1e-8):  # a longer step crosses edges of pixels
        with torch.no_grad():
            sides = []
            for sign in (1, -1):
                tensor += sign * size * way
                sides.append(away())
                tensor -= sign * size * way
        rise = (sides[0] - sides[1]) / (2 * size)
        assert_close(rise, (gradient * way).sum(), rtol=1e-3, atol=0)


def test_features_are_sampled_between_pixel_centres():
    image = torch.arange(12.0).reshape(1, 1, 3, 4)
    places = torch.tensor([[[0.5, 0.5], [2.0, 0.5], [3.5, 2.5], [9.0, 9.0]]])
    assert_close(sample(image, places)[0, :, 0], torch.tensor([0.0, 1.5, 11.0, 0.0]))
    half = sample(image, places[:, :3] * 2, (6, 8))
    assert_close(half[0, :, 0], torch.tensor([0.0, 1.5, 11.0]))
