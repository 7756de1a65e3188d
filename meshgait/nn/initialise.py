"""The starting weights of the published gait networks."""

from torch import nn


def initialise_(module: nn.Module) -> None:
    """Draw the weights of all convolutions, linear layers and batch norms inside `module` anew.

    Xavier-uniform weights and zero biases; batch norms start with weights around 1 (deviation
    0.02). In place, from torch's global random state.

    >>> layer = nn.Linear(2, 2)
    >>> initialise_(layer)
    >>> layer.bias.tolist()
    [0.0, 0.0]
    """
    for layer in module.modules():
        if isinstance(layer, (nn.modules.conv._ConvNd, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
        elif isinstance(layer, nn.modules.batchnorm._BatchNorm) and layer.affine:
            nn.init.normal_(layer.weight, 1.0, 0.02)
        else:
            continue
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
