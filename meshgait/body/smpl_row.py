"""A row of `smpl`, which networks eat: the numbers of its camera, its pose and its shape."""

CAMERA = 3  # weak-perspective: scale and shift
JOINTS = 24
POSE = 3 * JOINTS  # axis-angle, that of the root first
SHAPE = 10  # betas
BODY = CAMERA + POSE + SHAPE  # the whole row, 85
