import pytest
import torch
from torch.testing import assert_close

from meshgait import Camera
from meshgait.camera import WeakPerspective
from meshgait.errors import ConfigError, ShapeError
from meshgait.modalities import event_frames, event_voxels, events, watch
from meshgait.modalities.events import DARKEST, Events
from meshgait.render import shade
from tests.modalities.conftest import FPS

THRESHOLD = 0.25


def test_a_rising_pixel_speaks_once_per_threshold_at_the_right_times():
    log = torch.tensor([-2.0, -1.0, -1.1, 0.0])
    image = (log.exp() - DARKEST)[:, None, None].double()
    found = events(image, fps=2.0, threshold=0.3)
    # Levels -1.7, -1.4, -1.1 in the first step; down none; -0.8, -0.5, -0.2 in the third.
    expected = torch.tensor([0.3, 0.6, 0.9, 2 + 0.3 / 1.1, 2 + 0.6 / 1.1, 2 + 0.9 / 1.1]) / 2
    assert_close(found.time.float(), expected, atol=1e-6, rtol=0)
    assert found.polarity.tolist() == [1] * 6


def test_their_sum_is_the_change_of_log_intensity_to_a_threshold():
    torch.manual_seed(2)
    image = torch.rand(2, 9, 6, 5)
    found = events(image, fps=30.0, threshold=THRESHOLD)
    for last in (4, 8):
        total = torch.zeros(2, 6, 5)
        kept = found.time <= last / 30 + 1e-7
        index = (found.clip[kept], found.y[kept], found.x[kept])
        total = total.index_put(index, THRESHOLD * found.polarity[kept].float(), accumulate=True)
        change = (image[:, last] + DARKEST).log() - (image[:, 0] + DARKEST).log()
        assert (total - change).abs().max() < THRESHOLD + 1e-4


def test_a_rendered_walk_is_reproduced_to_a_threshold(clip):
    image = watch(clip.mesh, clip.camera, fps=FPS, rate=2 * FPS)
    assert image.shape == (23, 64, 64)
    found = events(image, fps=2 * FPS, threshold=THRESHOLD)
    total = event_frames(found, (64, 64), bins=1, seconds=11 / FPS)[0, 0]
    change = (image[-1] + DARKEST).log() - (image[0] + DARKEST).log()
    assert ((total[0] - total[1]) * THRESHOLD - change).abs().max() < THRESHOLD + 1e-4
    assert len(found.x) > 500


def test_time_runs_on_and_a_still_scene_is_silent():
    found = events(torch.rand(6, 5, 5), fps=10.0)
    assert (found.time.diff() >= 0).all()
    assert found.time.min() >= 0
    assert found.time.max() <= 0.5
    still = torch.rand(1, 5, 5).expand(6, 5, 5)
    assert len(events(still, fps=10.0).x) == 0


def test_light_turned_round_turns_polarities_round():
    log = -torch.rand(7, 4, 4) * 2 - 0.5
    up, down = (events(x.exp() - DARKEST, fps=5.0) for x in (log, -3 - log))
    assert len(up.x) == len(down.x) > 0
    assert_close(up.polarity.sum(), -down.polarity.sum())


def test_clips_do_not_see_each_other():
    image = torch.rand(2, 3, 5, 4, 4)
    together = events(image, fps=5.0)
    alone = events(image[1, 2], fps=5.0)
    mine = together.clip == 5
    assert_close(together.time[mine], alone.time)
    assert_close(together.x[mine], alone.x)


def test_frames_and_voxels_hold_every_event_once():
    stream = events(torch.rand(2, 9, 4, 4), fps=8.0)
    frames = event_frames(stream, (4, 4), bins=5, seconds=1.0, clips=2)
    assert frames.sum() == len(stream.x)
    grid = event_voxels(stream, (4, 4), bins=5, seconds=1.0, clips=2)
    assert_close(grid.sum(1), frames[:, :, 0].sum(1) - frames[:, :, 1].sum(1), atol=1e-4, rtol=0)
    single = event_voxels(stream, (4, 4), bins=1, seconds=1.0, clips=2)
    assert_close(single[:, 0], grid.sum(1), atol=1e-4, rtol=0)


def test_a_film_at_its_own_rate_is_the_walk_and_between_frames_half_way(clip):
    own = watch(clip.mesh, clip.camera, fps=FPS, rate=FPS)
    twice = watch(clip.mesh, clip.camera, fps=FPS, rate=2 * FPS)
    assert_close(twice[::2], own, atol=2e-3, rtol=0)
    middle = (twice[1::2] - (own[:-1] + own[1:]) / 2).abs().mean()
    assert middle < (own[1:] - own[:-1]).abs().mean()


def test_impossible_settings_are_refused():
    with pytest.raises(ConfigError, match="threshold and fps"):
        events(torch.rand(3, 4, 4), fps=10.0, threshold=0.0)
    with pytest.raises(ShapeError, match="two frames or more"):
        events(torch.rand(1, 4, 4), fps=10.0)
    with pytest.raises(ConfigError, match="a bin and a time"):
        event_frames(events(torch.rand(3, 4, 4), fps=10.0), (4, 4), bins=0, seconds=1.0)


def test_a_camera_that_follows_by_its_crop_or_has_no_perspective_is_moved_between_frames(clip):
    still = Camera.orbit(60.0, 5.0, 4.0, (64, 64), target=(0.0, 0.9, 0.0), fov_deg=34.0)
    corner = torch.arange(12.0)[:, None] * torch.tensor([0.5, 0.0])
    for camera in (still, WeakPerspective.from_pinhole(still, (0.0, 0.9, 0.0))):
        follows = camera.crop(corner, (48, 40))
        frames = shade(clip.mesh.vertices, clip.mesh.faces, follows)
        grey = frames.float() / 255 @ torch.tensor([0.299, 0.587, 0.114])
        film = watch(clip.mesh, follows, fps=FPS, rate=2 * FPS)
        assert_close(film[::2], grey)


@pytest.mark.parametrize("bin_", range(4))
def test_an_event_at_one_of_the_moments_belongs_to_it_alone(bin_):
    zero = torch.zeros(1, dtype=torch.long)
    one = Events(zero, zero, zero, torch.tensor([bin_ * 0.5]), zero - 1)
    grid = event_voxels(one, (1, 1), bins=4, seconds=1.5).flatten()
    assert grid.tolist() == [-1.0 if each == bin_ else 0.0 for each in range(4)]


def test_events_beyond_the_time_are_left_out_and_both_ends_belong_to_it():
    time = torch.tensor([-0.1, 0.0, 0.4, 1.0, 1.1, torch.nan])
    zero, place = torch.zeros(6, dtype=torch.long), torch.arange(6)
    stream = Events(zero, place % 3, place // 3, time, zero + 1)
    seen = torch.tensor([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    for count in (event_frames, event_voxels):
        found = count(stream, (2, 3), bins=4, seconds=1.0)
        assert_close(found.reshape(-1, 2, 3).sum(0), seen)


@pytest.mark.parametrize("unit", [0.25, 8.0])
def test_the_unit_of_time_changes_times_alone(clip, unit):
    film = watch(clip.mesh[:4], clip.camera, fps=FPS, rate=2 * FPS)
    assert_close(watch(clip.mesh[:4], clip.camera, fps=FPS / unit, rate=2 * FPS / unit), film)
    seen, slow = events(film, fps=2 * FPS), events(film, fps=2 * FPS / unit)
    assert_close(slow.time, seen.time * unit)
    for count in (event_frames, event_voxels):
        first, other = (
            count(stream, (64, 64), bins=4, seconds=time)
            for stream, time in ((seen, 3 / FPS), (slow, 3 / FPS * unit))
        )
        assert_close(first, other)
        assert all(first[0, bin_].any() for bin_ in range(4))


def test_a_walk_may_be_slower_than_a_frame_a_second(clip):
    assert len(watch(clip.mesh[:3], clip.camera, fps=0.5, rate=0.5)) == 3
