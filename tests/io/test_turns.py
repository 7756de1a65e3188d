import numpy as np
from scipy.spatial.transform import Rotation

from meshgait.io.turns import kabsch, shortest_turn


def test_the_shortest_turn_is_a_rotation_even_backwards():
    a = np.array([[1.0, 0, 0], [0, 2, 0], [1, 0, 0], [0, 0, 0]])
    b = np.array([[0, 3.0, 0], [0, -1, 0], [1, 0, 0], [0, 0, 1]])
    turn = shortest_turn(a, b)
    np.testing.assert_allclose(np.linalg.det(turn), 1)
    moved = np.einsum("nij,nj->ni", turn, a)
    np.testing.assert_allclose(moved[:3], [[0, 1, 0], [0, -2, 0], [1, 0, 0]], atol=1e-12)
    np.testing.assert_array_equal(turn[3], np.eye(3))


def test_kabsch_finds_the_rotation_never_a_mirror():
    generator = np.random.default_rng(0)
    turn = Rotation.random(5, random_state=generator)
    a = generator.normal(size=(5, 2, 3))  # two vectors leave the mirror open
    b = np.einsum("nij,nkj->nki", turn.as_matrix(), a)
    found = kabsch(a, b)
    np.testing.assert_allclose(found, turn.as_matrix(), atol=1e-9)
