from dataclasses import replace

import pytest
import torch
from torch.testing import assert_close

from meshgait.errors import DataError, ShapeError
from meshgait.losses import IdentityLoss
from meshgait.models import FusionGait
from meshgait.models.fusiongait import overlap
from meshgait.nn import calibrate_

SMALL = FusionGait.Config(width=1 / 16)
KINDS = ("concatenation", "gating", "attention")


def walkers(clips, frames):
    """Silhouettes of bodies close to those that `smpl` tells, standing before the camera."""
    smpl = 0.2 * torch.randn(clips, frames, 85)
    smpl[..., 3:6] = torch.tensor([torch.pi, 0.0, 0.0])  # upright where y points down
    drawn = FusionGait(SMALL).draw((smpl + 0.05 * torch.randn_like(smpl)).flatten(0, 1))
    return drawn.unflatten(0, (clips, frames)).detach(), smpl


@pytest.mark.parametrize("what", ["pose", "betas"])
def test_the_identity_loss_reaches_the_body_through_the_renderer(what):
    model = FusionGait(replace(SMALL, skeleton_parts=0, mesh_parts=0)).double().eval()
    silhouette, smpl = (x.double() for x in walkers(4, 1))
    calibrate_(model, silhouette, smpl)
    loss = IdentityLoss(*model.embedding_shape, 2).double().eval()
    label = torch.tensor([0, 0, 1, 1])
    where = slice(3, 75) if what == "pose" else slice(75, 85)

    def identity(body):
        return torch.stack([*loss(*_with(model.describe(silhouette, body), label)).values()]).sum()

    smpl.requires_grad_()
    (gradient,) = torch.autograd.grad(identity(smpl), smpl)
    assert gradient[..., where].abs().amax((1, 2)).min() > 0
    step = torch.zeros_like(smpl)
    step[..., where] = gradient[..., where] / gradient[..., where].norm()
    for size in (1e-7, 1e-8):  # a longer step crosses edges of pixels
        with torch.no_grad():
            rise = (identity(smpl + size * step) - identity(smpl - size * step)) / (2 * size)
        assert_close(rise, (gradient * step).sum(), rtol=1e-3, atol=0)


@torch.no_grad()
def test_what_is_drawn_changes_no_feature_before_it_is_learnt_from():
    model = FusionGait(replace(SMALL, skeleton_parts=0, mesh_parts=0)).eval()
    model.trust.zero_()
    silhouette, smpl = walkers(2, 3)
    other = walkers(2, 3)[1]
    for _ in range(2):  # as it was made, then as the first batch made it
        assert torch.equal(model(silhouette, smpl), model(silhouette, other))
        calibrate_(model, silhouette, smpl)
    loud = FusionGait(replace(SMALL, skeleton_parts=0, mesh_parts=0, quiet=False)).eval()
    assert not torch.allclose(loud(silhouette, smpl), loud(silhouette, other))


def test_frames_that_agree_as_usual_count_once():
    silhouette, smpl = walkers(1, 1)
    model = FusionGait(replace(SMALL, skeleton_parts=0, mesh_parts=0)).eval()
    usual = overlap(silhouette[0], model.draw(smpl[0])).item()
    found = []
    for agreement in (usual, 0.0):
        torch.manual_seed(0)
        model = FusionGait(
            replace(SMALL, skeleton_parts=0, mesh_parts=0, agreement=agreement)
        ).eval()
        whole = model(silhouette, smpl)
        model.trust.data.zero_()
        found.append((whole, model(silhouette, smpl)))
    assert_close(*found[0])
    assert not torch.allclose(*found[1])


def _with(described, label):
    embedding, _ = described
    return embedding, label


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_either_input_may_be_missing(kind):
    model = FusionGait(replace(SMALL, fusion=kind)).eval()
    silhouette, smpl = walkers(3, 4)
    whole = model(silhouette, smpl)
    alone = {"silhouette": model(silhouette), "smpl": model(smpl=smpl)}
    for embedding in alone.values():
        assert embedding.shape == whole.shape
        assert embedding.isfinite().all()
        assert not torch.allclose(embedding, whole)
        apart = torch.cdist(embedding.flatten(1), embedding.flatten(1))
        assert (apart + torch.eye(3)).min() > 0
    # What is empty for one clip is missing for it, and for it only.
    gone = torch.tensor([False, True, False])
    no_image = model(silhouette.masked_fill(gone[:, None, None, None], 0), smpl)
    no_body = model(silhouette, smpl.masked_fill(gone[:, None, None], 0))
    for embedding, name in ((no_image, "smpl"), (no_body, "silhouette")):
        assert_close(embedding[gone], alone[name][gone], rtol=1e-4, atol=1e-5)
        assert_close(embedding[~gone], whole[~gone], rtol=1e-4, atol=1e-5)
    with pytest.raises(DataError, match="neither"):
        model()


@pytest.mark.usefixtures("unchecked")
def test_inputs_of_different_frames_are_refused():
    with pytest.raises(ShapeError, match="same frames"):
        FusionGait(SMALL)(torch.zeros(1, 3, 64, 44), torch.zeros(1, 2, 85))


@torch.no_grad()
def test_in_training_some_frames_are_seen_and_all_bodies_read():
    model = FusionGait(replace(SMALL, image_frames=2, dropout=0.0)).train()
    silhouette, smpl = walkers(2, 4)
    before = model(silhouette, smpl)
    unseen = silhouette.clone()
    unseen[:, [1, 3]] = 1 - unseen[:, [1, 3]]
    assert_close(model(unseen, smpl), before)
    moved = smpl.clone()
    moved[:, 1, 3:] += 0.3 * torch.randn(82)
    assert not torch.allclose(model(silhouette, moved), before)


def test_a_missing_input_is_drawn_anew_in_training_only():
    model = FusionGait(replace(SMALL, missing=0.5, dropout=0.0))
    silhouette, smpl = walkers(4, 2)
    with torch.no_grad():
        model.train()
        first, second = model(silhouette, smpl), model(silhouette, smpl)
        assert not torch.allclose(first, second)
        model.eval()
        assert torch.equal(model(silhouette, smpl), model(silhouette, smpl))


def test_frames_in_which_body_and_silhouette_disagree_count_less():
    model = FusionGait(SMALL).eval()
    silhouette, smpl = walkers(1, 2)
    blot = torch.zeros(1, 2, 64, 44)
    blot[:, 1, :20] = 1  # what stands in front of the second frame
    blot[:, 0] = silhouette[:, 0]
    with torch.no_grad():
        _, clean = model.describe(silhouette, smpl)
        _, hidden = model.describe(blot, smpl)
        assert clean + 0.1 < hidden
        apart = []
        for trust in (0.0, 8.0):
            model.trust.fill_(trust)
            good = model(silhouette[:, :1], smpl[:, :1])
            both = model(blot, smpl)
            apart.append(torch.cosine_similarity(good[:, :31], both[:, :31], dim=2).mean())
    assert apart[1] > apart[0]


def test_the_consistency_loss_teaches_the_correction_of_the_shape():
    torch.manual_seed(1)
    model = FusionGait(replace(SMALL, refine=True, skeleton_parts=1, mesh_parts=1)).train()
    silhouette, smpl = walkers(3, 2)
    stout = smpl.clone()
    stout[..., 75:] += 1.5
    optimizer = torch.optim.Adam(model.correction.parameters(), lr=1e-2)
    apart = []
    for _ in range(12):
        _, disagreement = model.describe(silhouette, stout)
        optimizer.zero_grad()
        disagreement.mean().backward()
        optimizer.step()
        apart.append(disagreement.mean().item())
    assert apart[-1] < 0.9 * apart[0]


def test_overlap_is_that_of_sets():
    one, other = torch.rand(2, 3, 6, 5) > 0.5
    expected = (one & other).sum((1, 2)) / (one | other).sum((1, 2))
    assert_close(overlap(one.float(), other.float()).flatten(), expected)
    assert overlap(torch.zeros(1, 2, 2), torch.zeros(1, 2, 2)).item() == 0
