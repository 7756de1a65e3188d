from dataclasses import replace

import numpy as np
import pygltflib
import pytest
import torch
from scipy.spatial.transform import Rotation

from meshgait import Body, Camera
from meshgait.body import JOINT_NAMES
from meshgait.body.decode_torch import pose_skeleton
from meshgait.errors import DataError
from meshgait.io import Actor, write_gltf
from meshgait.walker import Identity, walk
from tests.browser import chromium
from tests.gltf_viewer import viewing

TYPES = {5121: np.uint8, 5125: np.uint32, 5126: np.float32}
COLUMNS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@pytest.fixture(scope="module")
def body():
    return Body.embedded()


@pytest.fixture(scope="module")
def motion(body):
    """A walk that turns past where rotation vectors jump by a whole turn."""
    person = Identity.draw(np.random.default_rng(2))
    found = walk(body, person, frames=12).motion
    turns = Rotation.from_euler("Y", np.linspace(2.8, 3.5, 12)[:, None])
    pose = found.pose.copy()
    pose[:, :3] = (turns * Rotation.from_rotvec(pose[:, :3])).as_rotvec()
    return replace(found, pose=pose)


class Scene:
    """A glTF file as a viewer plays it, worked out from the specification."""

    def __init__(self, path):
        self.file = pygltflib.GLTF2().load(str(path))
        self.blob = self.file.binary_blob()

    def array(self, number):
        accessor = self.file.accessors[number]
        view = self.file.bufferViews[accessor.bufferView]
        assert view.byteOffset % 4 == 0
        columns = COLUMNS[accessor.type]
        found = np.frombuffer(
            self.blob, TYPES[accessor.componentType], accessor.count * columns, view.byteOffset
        )
        return found.reshape(accessor.count, columns)

    def keys(self, node, path):
        animation = self.file.animations[0]
        for channel in animation.channels:
            if (channel.target.node, channel.target.path) == (node, path):
                sampler = animation.samplers[channel.sampler]
                return self.array(sampler.input)[:, 0], self.array(sampler.output)
        return None

    def person(self, name):
        """Vertices (T, V, 3) of a mesh at its keys."""
        node = next(i for i, n in enumerate(self.file.nodes) if n.name == f"{name} body")
        mesh = self.file.meshes[self.file.nodes[node].mesh]
        skin = self.file.skins[self.file.nodes[node].skin]
        primitive = mesh.primitives[0]
        points = self.array(primitive.attributes.POSITION).astype(np.float64)
        times, _ = self.keys(skin.joints[0], "translation")
        shown = np.repeat(points[None], len(times), axis=0)
        if primitive.targets:
            amount = self.keys(node, "weights")[1].reshape(len(times), -1)
            shapes = np.stack([self.array(t["POSITION"]) for t in primitive.targets])
            shown = shown + np.einsum("tk,kvc->tvc", amount.astype(np.float64), shapes)
        worlds = np.stack([self.world(joint, skin, len(times)) for joint in skin.joints], axis=1)
        inverse = self.array(skin.inverseBindMatrices).reshape(-1, 4, 4).transpose(0, 2, 1)
        moves = worlds @ inverse
        weights = self.array(primitive.attributes.WEIGHTS_0)
        joints = self.array(primitive.attributes.JOINTS_0)
        blended = np.einsum("vk,tvkab->tvab", weights, moves[:, joints])
        return times, (blended[..., :3, :3] @ shown[..., None])[..., 0] + blended[..., :3, 3]

    def world(self, joint, skin, frames):
        node = self.file.nodes[joint]
        local = np.tile(np.eye(4), (frames, 1, 1))
        local[:, :3, :3] = Rotation.from_quat(self.keys(joint, "rotation")[1]).as_matrix()
        moved = self.keys(joint, "translation")
        local[:, :3, 3] = node.translation if moved is None else moved[1]
        above = [i for i in skin.joints if joint in (self.file.nodes[i].children or [])]
        return self.world(above[0], skin, frames) @ local if above else local


def without_correctives(motion, body):
    """Skinned rigidly: the body of the file with no directions of pose."""
    plain = Body.embedded()
    plain.layer.posedirs.zero_()
    plain._decode, plain._by_numba = body._decode, plain._in_pieces
    return motion.decode(plain).vertices.numpy()


def test_a_viewer_shows_the_skin_without_its_correctives_whose_effect_is_said(
    body, motion, tmp_path
):
    off = write_gltf(tmp_path / "w.glb", [Actor.of("ann", motion)], body)
    times, shown = Scene(tmp_path / "w.glb").person("ann")
    np.testing.assert_allclose(times, np.arange(12) / motion.fps, atol=1e-6)
    np.testing.assert_allclose(shown, without_correctives(motion, body), atol=2e-5)
    ours = motion.decode(body).vertices.numpy()
    assert np.linalg.norm(shown - ours, axis=2).max() * 1000 <= off * 1.01
    assert 1 < off < 60


def test_with_correctives_it_is_our_decode(body, motion, tmp_path):
    off = write_gltf(tmp_path / "w.glb", [Actor.of("ann", motion)], body, correctives=True)
    assert off <= 0.1
    _, shown = Scene(tmp_path / "w.glb").person("ann")
    ours = motion.decode(body).vertices.numpy()
    assert np.linalg.norm(shown - ours, axis=2).max() < 1.5e-4  # a tenth of a mm, and float32


def test_rotations_turn_the_shortest_way_between_frames(body, motion, tmp_path):
    write_gltf(tmp_path / "w.glb", [Actor.of("ann", motion)], body)
    scene = Scene(tmp_path / "w.glb")
    for joint in scene.file.skins[0].joints:
        _, turns = scene.keys(joint, "rotation")
        assert ((turns[1:] * turns[:-1]).sum(1) > 0).all()


def test_the_skeleton_has_the_names_places_and_rate_of_ours(body, motion, tmp_path):
    write_gltf(tmp_path / "w.glb", [Actor.of("ann", motion)], body)
    scene = Scene(tmp_path / "w.glb")
    nodes = [scene.file.nodes[i] for i in scene.file.skins[0].joints]
    assert [node.name for node in nodes] == [f"ann {name}" for name in JOINT_NAMES]
    assert scene.file.extras == {"fps": motion.fps}
    rest = body.rest_joints(torch.tensor(motion.betas)).double()
    worlds = [scene.world(i, scene.file.skins[0], 12)[:, :3, 3]
              for i in scene.file.skins[0].joints]  # fmt: skip
    local = Rotation.from_rotvec(motion.pose.reshape(-1, 3)).as_matrix().reshape(12, 24, 3, 3)
    places = pose_skeleton(torch.from_numpy(local), rest.expand(12, 24, 3))[1].numpy()
    np.testing.assert_allclose(np.stack(worlds, axis=1), places + motion.transl[:, None], atol=1e-5)


def test_people_are_there_as_long_as_they_are_seen(body, motion, tmp_path):
    """The second comes 0.2 s later and stays 0.2 s longer."""
    late = Actor("bob", motion, np.arange(12) / motion.fps + 0.2)
    write_gltf(tmp_path / "w.glb", [Actor.of("ann", motion), late], body)
    scene = Scene(tmp_path / "w.glb")
    assert len(scene.file.meshes) == len(scene.file.skins) == 2
    (ann, bob) = (scene.keys(skin.joints[0], "scale") for skin in scene.file.skins)
    last = 11 / motion.fps
    np.testing.assert_allclose(ann[0], [0, last + 1 / motion.fps], atol=1e-6)
    assert ann[1][:, 0].tolist() == [1, 0]
    np.testing.assert_allclose(bob[0], [0, 0.2], atol=1e-6)
    assert bob[1][:, 0].tolist() == [0, 1]
    _, one = scene.person("ann")
    _, other = scene.person("bob")
    np.testing.assert_array_equal(one, other)


def test_every_node_hangs_once_in_the_tree_of_the_scene(body, motion, tmp_path):
    write_gltf(tmp_path / "w.glb", [Actor.of("ann", motion), Actor.of("bob", motion)], body)
    file = Scene(tmp_path / "w.glb").file
    places = list(file.scenes[file.scene].nodes)
    for place in places:  # which grows meanwhile
        places += file.nodes[place].children
    assert sorted(places) == list(range(len(file.nodes)))


def test_the_camera_of_the_file_sees_what_ours_sees(body, motion, tmp_path):
    camera = Camera.orbit(70, 12, 5.0, (360, 480), target=(0.3, 0.1, -0.2), fov_deg=33)
    write_gltf(tmp_path / "w.glb", [Actor.of("ann", motion)], body, camera=camera)
    file = Scene(tmp_path / "w.glb").file
    node = next(node for node in file.nodes if node.camera is not None)
    seen = file.cameras[0].perspective
    point = np.array([0.2, 0.5, 0.3])
    x, y, z = Rotation.from_quat(node.rotation).inv().apply(point - node.translation)
    scale = 1 / np.tan(seen.yfov / 2)
    pixel = [(x / -z * scale / seen.aspectRatio + 1) * 240, (1 - y / -z * scale) * 180]
    ours = camera.project(torch.tensor(point, dtype=torch.float32)[None])[0].numpy()
    np.testing.assert_allclose(pixel, ours, atol=1e-2)


@pytest.mark.parametrize("way", [0, 1])
def test_the_camera_that_is_made_sees_everybody_all_the_time(body, tmp_path, way):
    far = walk(body, Identity.average(), frames=100).motion
    far = replace(far, transl=far.transl * np.float32([way, 1, way]))
    write_gltf(tmp_path / "w.glb", [Actor.of("ann", far)], body)
    scene = Scene(tmp_path / "w.glb")
    node = next(node for node in scene.file.nodes if node.camera is not None)
    seen = scene.file.cameras[0].perspective
    points = far.decode(body).vertices[::20].reshape(-1, 3).numpy() - node.translation
    x, y, z = Rotation.from_quat(node.rotation).inv().apply(points).T
    scale = 1 / np.tan(seen.yfov / 2)
    assert (np.abs(x / -z * scale / seen.aspectRatio) < 1).all()
    assert (np.abs(y / -z * scale) < 1).all()


def test_a_scene_without_anybody_is_refused(body, tmp_path):
    with pytest.raises(DataError, match="a scene needs somebody"):
        write_gltf(tmp_path / "w.glb", [], body)


@pytest.mark.slow
def test_three_js_plays_everybody_where_and_when_they_walk(body, motion, tmp_path):
    later = Actor("bob", motion, 0.25 + np.arange(12) / motion.fps)
    write_gltf(tmp_path / "w.glb", [Actor.of("ann", motion), later], body)
    truth = without_correctives(motion, body)
    with chromium() as browser, viewing(browser, tmp_path / "w.glb") as viewer:
        assert viewer.people == ["ann", "bob"]
        assert viewer.seconds == pytest.approx([0.25 + 11 / motion.fps])
        for frame in range(12):
            ann, bob = viewer.show(frame / motion.fps)
            np.testing.assert_allclose(ann, truth[frame], atol=2e-5)
            assert np.isnan(bob).all() == (frame / motion.fps < 0.25)
            _, bob = viewer.show(0.25 + frame / motion.fps)
            np.testing.assert_allclose(bob, truth[frame], atol=2e-5)
