import pytest
import torch
from smplx.vertex_ids import vertex_ids

from meshgait.body._embedded import load_embedded
from meshgait.body.decode_smplx import with_landmarks
from meshgait.body.layer import Layer
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
