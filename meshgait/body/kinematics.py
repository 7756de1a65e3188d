"""A body of which only some vertices are decoded.

Plain torch on any device, which can be exported; `Body` is the faster for whole meshes.
"""

from __future__ import annotations

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from meshgait.body import decode_torch
from meshgait.body.decode import Body
from meshgait.body.kinds import SMPL
from meshgait.errors import DataError
from meshgait.numerics import in_full_precision, in_no_mode


class PartialBody(nn.Module):
    """A body of which only `vertices` are decoded, beside its joints: hundreds, say, or none.

    Its arrays are of torch's default type, as the weights of layers are.

    >>> body = PartialBody(Body.embedded(), torch.arange(0, 6890, 100))
    >>> points, joints = body(torch.eye(3).expand(5, 24, 3, 3), torch.zeros(5, 10))
    >>> points.shape, joints.shape
    (torch.Size([5, 69, 3]), torch.Size([5, 24, 3]))
    """

    template: Tensor
    shapedirs: Tensor
    posedirs: Tensor
    weights: Tensor
    rest: Tensor
    rest_directions: Tensor

    def __init__(self, body: Body, vertices: Int[Tensor, " N"]) -> None:
        super().__init__()
        if body.kind != SMPL:
            raise DataError(
                f"this needs the 24 joints of SMPL, and the body is {body.kind.title} with "
                f"{len(body.kind.joints)}; load a file of SMPL or take Body.embedded()"
            )
        with in_no_mode():
            layer = body.layer
            posedirs = layer.posedirs.unflatten(1, (-1, 3))[:, vertices]
            arrays = {
                "template": layer.v_template[vertices],
                "shapedirs": layer.shapedirs[vertices],
                "posedirs": posedirs.flatten(1),
                "weights": layer.lbs_weights[vertices],
                "rest": layer.J_regressor @ layer.v_template,
                "rest_directions": torch.einsum("jv,vck->jck", layer.J_regressor, layer.shapedirs),
            }
            for name, array in arrays.items():
                own = array.to(torch.get_default_dtype(), copy=True)
                self.register_buffer(name, own, persistent=False)

    @in_full_precision
    def forward(
        self,
        rotation: Float[Tensor, "*batch 24 3 3"],
        betas: Float[Tensor, "*batch 10"],
        offsets: Float[Tensor, "*batch N 3"] | None = None,
    ) -> tuple[Float[Tensor, "*batch N 3"], Float[Tensor, "*batch 24 3"]]:
        """Vertices and joints in metres, of rotations against the parent joint and of shapes.

        The pelvis stays where it rests. `offsets` (metres) move the vertices at rest.
        """
        rest = self.rest + torch.einsum("...k,jck->...jc", betas, self.rest_directions)
        shaped = self.shape(betas) if offsets is None else self.shape(betas) + offsets
        return decode_torch.skin(rotation, shaped, rest, self.posedirs, self.weights)

    def shape(self, betas: Float[Tensor, "*batch 10"]) -> Float[Tensor, "*batch N 3"]:
        """The vertices at rest, in T-pose."""
        return self.template + torch.einsum("...k,vck->...vc", betas, self.shapedirs)
