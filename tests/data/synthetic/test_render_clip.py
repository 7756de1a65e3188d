import numpy as np
import pytest
import torch

from meshgait.body import Body
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.render_clip import WildConfig, draw_clip, dressed, render_clip
from meshgait.modalities import front_silhouette, normalized_coverage

PLAIN = {"clips": 2, "frames": (12, 12), "occluded": 0.0}


@pytest.fixture(scope="module")
def drawn():
    """A clip with and without what is drawn of it, and who walks in it."""
    body = Body.embedded()
    plain, more = WildConfig(**PLAIN), WildConfig(**PLAIN, flow=True, front=True)
    clip = draw_clip("ann", (0, 1), 0, body, more)
    return body, clip, render_clip(body, clip, plain), render_clip(body, clip, more)


def test_flow_and_fronts_change_nothing_else(drawn):
    _, _, plain, more = drawn
    assert set(more.frames) == {*plain.frames, "flow", "smpl_silhouette"}
    for name, array in plain.frames.items():
        np.testing.assert_array_equal(more.frames[name], array)


def test_flow_is_where_the_walker_is_and_the_last_frame_rests(drawn):
    _, clip, _, more = drawn
    flow = more.frames["flow"]
    assert (flow.shape, flow.dtype) == ((12, 3, 64, 44), np.uint8)
    mesh = dressed(Body.embedded(), clip)
    covered = normalized_coverage(clip.camera.project(mesh.vertices), mesh.faces) > 0
    assert not (flow.any(1) & ~covered.numpy()).any()
    assert flow[:-1].any((1, 2, 3)).all()
    assert not flow[-1].any()


def test_fronts_are_those_of_the_estimates(drawn):
    body, _, _, more = drawn
    front = front_silhouette(body, torch.from_numpy(more.frames["smpl"])) > 0.5
    np.testing.assert_array_equal(more.frames["smpl_silhouette"], front.numpy())
    assert more.frames["smpl_silhouette"].dtype == np.uint8


def test_clips_without_extras_keep_their_name(tmp_path, monkeypatch):
    monkeypatch.setattr(SyntheticGait, "_open", lambda self, progress: None)
    names = {
        SyntheticGait("train", identities=1, config=config, cache=tmp_path).fingerprint
        for config in (WildConfig(), WildConfig(flow=True), WildConfig(front=True),
                       WildConfig(lidar=True), WildConfig(flow=False, front=False))
    }  # fmt: skip
    assert len(names) == 4
