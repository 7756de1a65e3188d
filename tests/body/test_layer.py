import pytest
import torch
from smplx.vertex_ids import vertex_ids

from meshgait.body import Body
from meshgait.body._embedded import load_embedded
from meshgait.body.decode_smplx import with_landmarks
from meshgait.body.layer import Layer
from meshgait.render import coverage
from tests.body.bodies import small_body, smplx_layer


@pytest.mark.parametrize("make", [small_body, load_embedded])
def test_the_arrays_are_those_of_smplx_to_the_bit(make):
    ours, theirs = Layer(make()), smplx_layer(make())
    for name, array in ours.named_buffers():
        if name != "landmarks":
            assert torch.equal(array, getattr(theirs, name)), name


def test_the_landmarks_are_those_of_smplx_on_the_embedded_body_and_on_its_own():
    arrays = load_embedded()
    selector = smplx_layer(arrays).vertex_joint_selector
    assert torch.equal(Layer(arrays).landmarks, selector.extra_joints_idxs)
    del arrays["vertex_ids"]
    theirs = torch.tensor(list(vertex_ids["smplh"].values())).sort().values
    assert torch.equal(Layer(with_landmarks(arrays)).landmarks.sort().values, theirs)
    assert int(Layer(with_landmarks(arrays)).landmarks[0]) == vertex_ids["smplh"]["nose"]
    assert not Layer(with_landmarks(small_body())).landmarks.any()


def test_triangles_are_memory_of_torch_which_need_not_be_compared_to_be_known():
    body = Body(small_body())
    mesh = body(pose=torch.zeros(2, 72), betas=torch.zeros(10))
    with torch.no_grad():
        mesh.vertex_normals()
    coverage(mesh.vertices[..., :2], mesh.faces, (4, 4))
    assert mesh.faces is body.faces
    assert body.faces.untyped_storage().resizable()
