"""Maps that apply to each time point separately, with parameters for each replicate."""

import math

import numpy as np
import torch
from torch import nn

from bssbench.models.demixing import LEAKY_SLOPE

__all__ = ["PointwiseMap"]

_HIDDEN_UNITS = 32


class PointwiseMap(nn.Module):
    """Map x ↦ W x + b, for nonlinear mixing plus a network with two hidden layers.

    Parameters
    ----------
    weight : numpy.ndarray
        Shape (replicate, output, input). Initial value of W.
    generators : list of numpy.random.Generator
        One per replicate, for the network's initial weights.
    nonlinear : bool
        Whether there is a network.
    network_outputs : int, default=0
        Number of further outputs of the network without a linear part, initially zero.
    """

    def __init__(
        self,
        weight: np.ndarray,
        generators: list[np.random.Generator],
        nonlinear: bool,
        network_outputs: int = 0,
    ) -> None:
        super().__init__()
        replicates, outputs, inputs = weight.shape
        self.weight = nn.Parameter(torch.tensor(weight, dtype=torch.float32))
        self.bias = nn.Parameter(torch.zeros(replicates, outputs, 1))
        self.layers = nn.ParameterList()
        if nonlinear:
            sizes = (inputs, _HIDDEN_UNITS, _HIDDEN_UNITS, outputs)
            for i in range(3):
                # He's initialisation. The last layer starts small, so that the map is initially
                # close to its linear part.
                scale = math.sqrt(2.0 / sizes[i]) if i < 2 else 0.1 / math.sqrt(sizes[i])
                drawn = [scale * g.standard_normal((sizes[i + 1], sizes[i])) for g in generators]
                weights = torch.tensor(np.stack(drawn), dtype=torch.float32)
                further = network_outputs if i == 2 else 0
                zeros = torch.zeros(replicates, further, sizes[i])
                self.layers.append(torch.cat([weights, zeros], dim=1))
                self.layers.append(torch.zeros(replicates, sizes[i + 1] + further, 1))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Apply the map.

        Parameters
        ----------
        inputs : torch.Tensor
            Shape (replicate, input, time).

        Returns
        -------
        torch.Tensor
            Shape (replicate, output, time).
        """
        return self.split(inputs)[0]

    def split(self, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Apply the map and return the further outputs of the network separately.

        Parameters
        ----------
        inputs : torch.Tensor
            Shape (replicate, input, time).

        Returns
        -------
        outputs : torch.Tensor
            Shape (replicate, output, time).
        further : torch.Tensor or None
            Shape (replicate, further output, time); None without a network.
        """
        outputs = torch.baddbmm(self.bias, self.weight, inputs)
        if not len(self.layers):
            return outputs, None
        hidden = inputs
        for i in (0, 2):
            hidden = torch.baddbmm(self.layers[i + 1], self.layers[i], hidden)
            hidden = nn.functional.leaky_relu(hidden, LEAKY_SLOPE)
        of_network = torch.baddbmm(self.layers[5], self.layers[4], hidden)
        count = outputs.shape[1]
        return outputs + of_network[:, :count], of_network[:, count:]
