from meshgait.nn.graph.residual_graph import COCO_JOINTS, COCO_LINKS

# The 17 joints of COCO: nose, then left before right.
OTHER_SIDE = (0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11, 14, 13, 16, 15)


def linked(pairs):
    return {frozenset(pair) for pair in pairs}


def test_left_and_right_are_linked_alike():
    other = [(OTHER_SIDE[a], OTHER_SIDE[b]) for a, b in COCO_LINKS]
    assert linked(other) == linked(COCO_LINKS)
    assert len(linked(COCO_LINKS)) == len(COCO_LINKS)


def test_every_joint_is_reached_from_the_nose():
    reached = {0}
    for _ in range(COCO_JOINTS):
        reached |= {j for pair in COCO_LINKS if reached & set(pair) for j in pair}
    assert reached == set(range(COCO_JOINTS))
