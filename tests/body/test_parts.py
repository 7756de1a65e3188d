import torch

from meshgait import Camera, render
from meshgait.body import JOINT_INDEX, PARSING_NAMES, Body, joint_labels, parsing_labels
from meshgait.body._embedded import load_embedded

SIZE = (96, 64)


def test_a_vertex_belongs_to_the_joint_and_to_the_part_that_move_it_most():
    weights = torch.zeros(3, 24)
    weights[0, JOINT_INDEX["left_elbow"]] = 1.0
    weights[1, [JOINT_INDEX[name] for name in ("right_hip", "spine1", "pelvis")]] = torch.tensor(
        [0.4, 0.3, 0.3]
    )
    weights[2, [JOINT_INDEX[name] for name in ("right_ankle", "right_knee")]] = torch.tensor(
        [0.6, 0.4]
    )
    joints = [JOINT_INDEX[name] for name in ("left_elbow", "right_hip", "right_ankle")]
    assert joint_labels(weights).tolist() == joints
    names = [PARSING_NAMES[label] for label in parsing_labels(weights)]
    assert names == ["left_arm", "torso", "right_foot"]


def test_the_labels_are_those_of_the_dataset():
    assert len(PARSING_NAMES) == 12
    assert PARSING_NAMES[:3] == ("background", "head", "torso")
    for value, part in ((3, "arm"), (5, "hand"), (7, "leg"), (9, "foot")):
        assert PARSING_NAMES[value : value + 2] == (f"left_{part}", f"right_{part}")
    assert PARSING_NAMES[11] == "dress"


def test_left_mirrors_right():
    body, mirror = Body.embedded(), torch.from_numpy(load_embedded()["mirror"])
    swap = torch.tensor([0, 1, 2, 4, 3, 6, 5, 8, 7, 10, 9, 11])
    labels = parsing_labels(body.weights)
    off_seam = mirror != torch.arange(len(mirror))
    assert torch.equal(labels[mirror][off_seam], swap[labels][off_seam])


def test_an_image_of_the_parts_from_the_front():
    body = Body.embedded()
    mesh = body(pose=torch.zeros(1, 72), betas=torch.zeros(10))[0]
    camera = Camera.orbit(0.0, 0.0, 4.0, SIZE, target=(0.0, -0.2, 0.0), fov_deg=32.0)
    fragments = render.rasterize(render.screen(mesh.vertices, camera), mesh.faces, SIZE)
    image = render.vertex_labels(fragments, mesh.faces, parsing_labels(body.weights), background=0)
    row, column = torch.meshgrid(torch.arange(SIZE[0]), torch.arange(SIZE[1]), indexing="ij")
    place = {
        name: (row[image == value].double().mean(), column[image == value].double().mean())
        for value, name in enumerate(PARSING_NAMES)
    }
    assert place["head"][0] < place["torso"][0] < place["left_leg"][0] < place["left_foot"][0]
    for part in ("hand", "arm", "leg", "foot"):  # the left is on the right of who looks
        assert place[f"left_{part}"][1] > place["torso"][1] > place[f"right_{part}"][1]
    assert torch.equal(image > 0, fragments.face >= 0)
