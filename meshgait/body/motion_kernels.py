"""How joints move: from rotation vectors along the tree to rigid motions, and the gradient back.

In float64, frame by frame; it takes a twentieth of the time of the skin that follows.
"""

from typing import no_type_check

import numpy as np

from meshgait._jit import kernel

SMALL = 1e-2  # squared angle below which the series are as exact as the closed forms


@kernel
@no_type_check
def _coefficients(square):
    """sin(x) / x and (1 - cos(x)) / x^2 of x^2, and their derivatives by x^2."""
    q = square
    if q < SMALL:
        a = 1 - q / 6 + q * q / 120 - q**3 / 5040
        b = 0.5 - q / 24 + q * q / 720 - q**3 / 40320
        return a, b, -1 / 6 + q / 60 - q * q / 1680, -1 / 24 + q / 360 - q * q / 13440
    angle = np.sqrt(q)
    a, b = np.sin(angle) / angle, (1 - np.cos(angle)) / q
    return a, b, (np.cos(angle) - a) / (2 * q), (a / 2 - b) / q


@kernel
@no_type_check
def _turn(vector, result):
    """Rodrigues: the rotation matrix of a rotation vector, I + a [r] + b (r r^T - |r|^2 I)."""
    x, y, z = np.float64(vector[0]), np.float64(vector[1]), np.float64(vector[2])
    square = x * x + y * y + z * z
    a, b, _, _ = _coefficients(square)
    rest = 1 - b * square
    result[0, 0], result[0, 1], result[0, 2] = (
        rest + b * x * x,
        b * x * y - a * z,
        b * x * z + a * y,
    )
    result[1, 0], result[1, 1], result[1, 2] = (
        b * x * y + a * z,
        rest + b * y * y,
        b * y * z - a * x,
    )
    result[2, 0], result[2, 1], result[2, 2] = (
        b * x * z - a * y,
        b * y * z + a * x,
        rest + b * z * z,
    )


@kernel
@no_type_check
def _unturn(vector, slope, result):
    """Gradient of a rotation vector from that of its matrix."""
    r = vector.astype(np.float64)
    square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2]
    a, b, da, db = _coefficients(square)
    trace = slope[0, 0] + slope[1, 1] + slope[2, 2]
    along_cross = along_outer = 0.0
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        cross, mixed = slope[k, j] - slope[j, k], 0.0
        for c in range(3):
            mixed += (slope[i, c] + slope[c, i]) * r[c]
        along_cross += cross * r[i]
        along_outer += mixed * r[i] / 2
        result[i] = a * cross + b * (mixed - 2 * trace * r[i])
    change = 2 * (da * along_cross + db * (along_outer - trace * square))
    for i in range(3):
        result[i] += change * r[i]


@kernel
@no_type_check
def _walk(pose, rest, parents, turns, world):
    """Fill rotations (J, 3, 3) of joints and where they and their axes are, `world` (J, 3, 4)."""
    for j in range(len(parents)):
        _turn(pose[3 * j : 3 * j + 3], turns[j])
        p = parents[j]
        for r in range(3):
            if j == 0:
                world[0, r, :3], world[0, r, 3] = turns[0, r], rest[0, r]
                continue
            world[j, r, 3] = world[p, r, 3]
            for c in range(3):
                world[j, r, c] = 0
                world[j, r, 3] += world[p, r, c] * (rest[j, c] - rest[p, c])
                for k in range(3):
                    world[j, r, c] += world[p, r, k] * turns[j, k, c]


@kernel
@no_type_check
def carry(pose, rest, parents, feature, motion, joints):
    """Fill what blend shapes, skin and skeleton of each frame need, from `pose` (N, 3 J).

    `rest` (1 or N, J, 3) are the joints at rest, everybody's or each frame's own. Each of `parents`
    comes before its joint; that of the root is not read. `feature` (N, 9 J - 9) becomes rotations
    less the identity; `motion` (N, 12 J), row by row, (R | t) that takes points at rest to
    R @ point + t; `joints` (N, J, 3) where those are.
    """
    J = len(parents)
    turns, world = np.empty((J, 3, 3)), np.empty((J, 3, 4))
    for n in range(len(pose)):
        own = rest[min(n, len(rest) - 1)]
        _walk(pose[n], own, parents, turns, world)
        for j in range(J):
            for r in range(3):
                place = world[j, r, 3]
                joints[n, j, r] = place
                for c in range(3):
                    if j > 0:
                        feature[n, 9 * j - 9 + 3 * r + c] = turns[j, r, c] - (r == c)
                    motion[n, 12 * j + 4 * r + c] = world[j, r, c]
                    place -= world[j, r, c] * own[j, c]
                motion[n, 12 * j + 4 * r + 3] = place


@kernel
@no_type_check
def gradient(pose, rest, parents, slopes, to_pose, to_rest):
    """Fill the gradients of `pose` and of each frame's `rest` (N, J, 3).

    `slopes` are the gradients of what `carry` fills: feature, motion, joints.
    """
    J = len(parents)
    turns, world = np.empty((J, 3, 3)), np.empty((J, 3, 4))
    to_turns, to_world = np.empty((J, 3, 3)), np.empty((J, 3, 4))
    of_feature, of_motion, of_joints = slopes
    for n in range(len(pose)):
        own, goal = rest[min(n, len(rest) - 1)], to_rest[n]
        _walk(pose[n], own, parents, turns, world)
        for j in range(J):
            goal[j] = 0
            for r in range(3):
                shift = np.float64(of_motion[n, 12 * j + 4 * r + 3])
                to_world[j, r, 3] = shift + of_joints[n, j, r]
                for c in range(3):
                    to_turns[j, r, c] = of_feature[n, 9 * j - 9 + 3 * r + c] if j > 0 else 0
                    to_world[j, r, c] = of_motion[n, 12 * j + 4 * r + c] - shift * own[j, c]
                    goal[j, c] -= world[j, r, c] * shift
        for j in range(J - 1, 0, -1):
            _pull(j, parents[j], (turns, world), (to_turns, to_world), own, goal)
        goal[0] += to_world[0, :, 3].astype(goal.dtype)
        to_turns[0] += to_world[0, :, :3]
        for j in range(J):
            _unturn(pose[n, 3 * j : 3 * j + 3], to_turns[j], to_pose[n, 3 * j : 3 * j + 3])


@kernel
@no_type_check
def _pull(j, p, values, slopes, rest, to_rest):
    """Hand the gradient of joint `j` and its axes on to its rotation and to parent `p`."""
    (turns, world), (to_turns, to_world) = values, slopes
    for r in range(3):
        shift = to_world[j, r, 3]
        to_world[p, r, 3] += shift
        for c in range(3):
            to_world[p, r, c] += shift * (rest[j, c] - rest[p, c])
            to_rest[j, c] += world[p, r, c] * shift
            to_rest[p, c] -= world[p, r, c] * shift
            for k in range(3):
                to_world[p, r, k] += to_world[j, r, c] * turns[j, k, c]
                to_turns[j, k, c] += world[p, r, k] * to_world[j, r, c]
