import math

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from meshgait.body import Body
from meshgait.errors import ConfigError, DataError
from meshgait.models import RefineGait
from meshgait.models.refinegait import gait_moment
from meshgait.training.criterion import Loss
from meshgait.walker import Identity, walk

SMALL = {"width": 1 / 16, "vertices": 431, "modes": 8, "steps": 2}


def walkers(model, clips, frames, wrong=0.05):
    """Silhouettes of refined bodies whose estimates are near by."""
    smpl = 0.2 * torch.randn(clips, frames, 85)
    smpl[..., 3:6] = torch.tensor([math.pi, 0.0, 0.0])
    smpl[..., 75:] = smpl[:, :1, 75:]
    code = torch.zeros(clips * frames, model.refinement.code)
    body = (smpl + wrong * torch.randn_like(smpl)).flatten(0, 1)
    rotation = model.refinement.rotations(body)
    with torch.no_grad():
        drawn = model.refinement.draw(rotation, body[:, 75:], code, (64, 44))
    return drawn.unflatten(0, (clips, frames)), smpl


@torch.no_grad()
def test_either_input_may_be_missing():
    model = RefineGait(**SMALL).eval()
    silhouette, smpl = walkers(model, 3, 4)
    whole = model(silhouette, smpl)
    alone = {"silhouette": model(silhouette), "smpl": model(smpl=smpl)}
    for embedding in alone.values():
        assert embedding.shape == whole.shape
        assert not torch.allclose(embedding, whole)
        apart = torch.cdist(embedding.flatten(1), embedding.flatten(1))
        assert (apart + torch.eye(3)).min() > 0
    gone = torch.tensor([False, True, False])
    no_image = model(silhouette.masked_fill(gone[:, None, None, None], 0), smpl)
    no_body = model(silhouette, smpl.masked_fill(gone[:, None, None], 0))
    for embedding, name in ((no_image, "smpl"), (no_body, "silhouette")):
        assert_close(embedding[gone], alone[name][gone], rtol=1e-4, atol=1e-5)
        assert_close(embedding[~gone], whole[~gone], rtol=1e-4, atol=1e-5)
    with pytest.raises(DataError, match="neither"):
        model()


def test_a_missing_input_is_drawn_anew_in_training_only():
    model = RefineGait(**SMALL, missing=0.5, dropout=0.0)
    silhouette, smpl = walkers(model, 4, 2)
    with torch.no_grad():
        model.train()
        assert not torch.allclose(model(silhouette, smpl), model(silhouette, smpl))
        model.eval()
        assert torch.equal(model(silhouette, smpl), model(silhouette, smpl))


@torch.no_grad()
def test_a_clip_covers_its_own_silhouettes_as_it_disagrees_with_them():
    model = RefineGait(**SMALL).eval()
    model.refinement.bend.zero_()  # a canonical shape bends no joint
    silhouette, smpl = walkers(model, 2, 3, wrong=0.0)
    _, disagreement, shape, posed, images = model.describe(silhouette, smpl)
    assert_close(model.cover(shape, posed, images), disagreement)
    assert_close(model.cover(shape, posed, torch.zeros_like(images)), torch.zeros(2))
    stout = shape.clone()
    stout[:, 0] += 3
    assert (model.cover(stout, posed, images) > disagreement).all()


def test_the_moment_of_the_cycle_turns_once_a_stride_whatever_the_pace():
    body = Body.embedded()
    for fps in (25.0, 40.0):
        steps = walk(body, Identity.average(), frames=60, fps=fps)
        pose = torch.from_numpy(steps.motion.pose).clone()
        pose[:, :3] = 0
        joints = body(pose=pose, betas=torch.zeros(10)).joints
        moment = gait_moment(joints - joints[:, :1])
        assert (moment.norm(dim=1) <= 1).all()
        turned = torch.view_as_complex(moment.contiguous()).angle()
        turned = np.unwrap(turned.numpy())
        cycles = abs(turned[-1] - turned[0]) / (2 * math.pi)
        assert abs(cycles - (steps.phase[-1] - steps.phase[0])) < 0.15


@torch.no_grad()
def test_frames_twice_at_one_moment_count_little_more():
    """Where somebody stands still for a while, the phases that are attended to stay."""
    model = RefineGait(**SMALL, image_frames=None).eval()
    model.focus.fill_(20.0)
    silhouette, smpl = walkers(model, 1, 6)
    seen = []
    model.motion_norm.register_forward_pre_hook(lambda _, x: seen.append(x[0]))
    model(silhouette, smpl)
    model(torch.cat([silhouette, silhouette], 1), torch.cat([smpl, smpl], 1))
    assert_close(seen[1], seen[0], rtol=1e-3, atol=1e-4)


def test_all_of_its_losses_reach_the_learnt_steps():
    model = RefineGait(**SMALL).train()
    silhouette, smpl = walkers(model, 4, 2)
    label = torch.tensor([0, 0, 1, 1])
    for term in ("triplet", "consistency", "cover", "shape"):
        loss = Loss({term: 1})(model, 2)
        terms = loss(*_split(model.describe(silhouette, smpl), label))
        model.zero_grad()
        torch.stack(list(terms.values())).sum().backward()
        for weight in (model.refinement.update.weight, model.refinement.bend):
            assert weight.grad.any(), term


def _split(described, label):
    embedding, *rest = described
    return embedding, label, *rest


def test_the_consistency_loss_teaches_the_steps():
    model = RefineGait(**SMALL).train()
    silhouette, smpl = walkers(model, 3, 2)
    smpl[..., 75:] += 1.0
    optimizer = torch.optim.Adam(model.refinement.parameters(), lr=2e-3)
    apart = []
    for _ in range(12):
        disagreement = model.describe(silhouette, smpl).disagreement.mean()
        optimizer.zero_grad()
        disagreement.backward()
        optimizer.step()
        apart.append(disagreement.item())
    assert apart[-1] < 0.95 * apart[0]


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ConfigError, match="1 or more steps and phases, got 0, 8"):
        RefineGait.Config(steps=0)
