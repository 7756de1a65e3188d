"""Clips as graphs of PyTorch Geometric."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close
from torch_geometric.loader import DataLoader

from meshgait.body import JOINT_PARENTS, Body
from meshgait.data.graphs import BONE, TIME, GaitGraphs, clip_graph, clip_hetero_graph
from meshgait.data.preparation.drawings import decode_estimate
from meshgait.data.synthetic.dataset import SyntheticGait
from meshgait.data.synthetic.motion_gait import MotionGait
from meshgait.data.synthetic.render_clip import WildConfig
from meshgait.errors import ConfigError, DataError
from meshgait.sequence import GaitSequence
from meshgait.sequence.motion import save_motion
from tests.data.synthetic.captured import walked
from tests.random_walks import RandomWalks
from tests.tolerance import rounding

T = 5


def clip(frames=T, **more):
    generator = np.random.default_rng(0)
    smpl = generator.normal(0, 0.3, (frames, 85)).astype(np.float32)
    return GaitSequence("ann", "bag", "090", {"smpl": smpl, **more})


def test_joints_are_where_the_decoded_body_has_them():
    sequence = clip()
    smpl = torch.from_numpy(sequence.frames["smpl"])
    graph = clip_graph(sequence)
    expected = decode_estimate(smpl, Body.embedded()).require_joints()
    # Each joint is regressed from 6890 vertices, and 24 turns follow one another.
    assert_close(graph.pos, expected.flatten(0, 1), **rounding(torch.float32, 6890 + 24 * 9, 2.0))
    assert_close(graph.x.reshape(T, 72), smpl[:, 3:75])
    assert (graph.subject, graph.condition, graph.viewpoint) == ("ann", "bag", "090")
    graph.validate()


def test_every_bone_of_every_frame_is_an_edge_both_ways():
    graph = clip_graph(clip())
    wanted = {
        pair
        for t in range(T)
        for child, parent in enumerate(JOINT_PARENTS)
        if parent >= 0
        for pair in ((24 * t + parent, 24 * t + child), (24 * t + child, 24 * t + parent))
    }
    bones = graph.edge_index[:, graph.edge_type == BONE].T.tolist()
    assert len(bones) == len(wanted)
    assert set(map(tuple, bones)) == wanted


def test_time_links_each_joint_to_itself_in_the_next_frame():
    graph = clip_graph(clip())
    start, end = graph.edge_index[:, graph.edge_type == TIME]
    assert len(start) == 2 * 24 * (T - 1)
    assert torch.equal(graph.joint[start], graph.joint[end])
    assert torch.equal((graph.frame[start] - graph.frame[end]).abs(), torch.ones_like(start))
    assert not clip_graph(clip(1)).edge_type.any()


def test_frames_carry_what_is_no_body():
    silhouette = np.arange(T * 6, dtype=np.uint8).reshape(T, 3, 2)
    graph = clip_hetero_graph(clip(silhouette=silhouette))
    assert torch.equal(graph["frame"].silhouette, torch.from_numpy(silhouette))
    joint, frame = graph["joint", "of", "frame"].edge_index
    assert torch.equal(joint // 24, frame)
    flat = clip_graph(clip())
    assert_close(graph["joint"].pos, flat.pos)
    both = flat.edge_index[:, flat.edge_type == BONE]
    assert torch.equal(graph["joint", "bone", "joint"].edge_index, both)
    graph.validate()


@pytest.mark.parametrize("hetero", [False, True])
def test_their_loader_batches_clips_of_any_length(hetero):
    data = RandomWalks()
    graphs = GaitGraphs(data, hetero=hetero)
    batch = next(iter(DataLoader(graphs, batch_size=3)))
    frames = sum(len(data[i]) for i in range(3))
    joints = batch["joint"].pos if hetero else batch.pos
    assert joints.shape == (24 * frames, 3)
    assert batch.y.tolist() == [graphs.subjects.index(data.records[i].subject) for i in range(3)]
    one = graphs[1]
    again = batch[1]
    assert_close((again["joint"] if hetero else again).pos, (one["joint"] if hetero else one).pos)


@pytest.mark.parametrize("people", ["walkers", "captured"])
def test_whoever_was_rendered_is_a_graph_of_her_clip(people, tmp_path):
    config, settings = WildConfig(clips=2, frames=(12, 12)), {"cache": tmp_path, "progress": False}
    if people == "walkers":
        data = SyntheticGait("test", identities=1, config=config, **settings)
    else:
        save_motion(tmp_path / "anna.npz", walked(1))
        data = MotionGait(tmp_path, "test", train=0.0, config=config, **settings)
    graphs = GaitGraphs(data, hetero=True)
    graph, sequence = graphs[0], data[0]
    assert len(graphs) == len(data)
    assert (graph.subject, graph.y.tolist()) == (data.records[0].subject, [0])
    assert torch.equal(graph["frame"].silhouette, torch.from_numpy(sequence.frames["silhouette"]))
    assert torch.equal(
        graph["joint"].x, torch.from_numpy(sequence.frames["smpl"])[:, 3:75].reshape(-1, 3)
    )


def test_a_transform_is_applied_and_parts_can_be_chosen():
    graphs = GaitGraphs(RandomWalks(), transform=lambda graph: graph.frame.max().item() + 1)
    assert graphs[0] == len(RandomWalks()[0])
    assert len(graphs[1:3]) == 2


def test_what_is_no_graph_is_refused():
    with pytest.raises(DataError, match="has no smpl"):
        clip_graph(GaitSequence("ann", "", "", {"silhouette": np.zeros((2, 4, 4), np.uint8)}))
    with pytest.raises(ConfigError, match="no clip"):
        GaitGraphs(RandomWalks(people=0))
