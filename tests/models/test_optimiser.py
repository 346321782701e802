import pytest
import torch

from bssbench.models.optimiser import Adam


def trained(kind):
    torch.manual_seed(0)
    layers = [torch.nn.Linear(5, 7), torch.nn.Linear(7, 1)]
    groups = [{"params": list(layer.parameters())} for layer in layers]
    optimiser = kind(groups, lr=1e-2, foreach=True)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=[1e-2, 3e-2], total_steps=30)
    seen = torch.randn(20, 5)
    for _ in range(25):
        optimiser.zero_grad(set_to_none=True)
        (layers[1](torch.tanh(layers[0](seen))) - 1.0).square().sum().backward()
        optimiser.step()
        rate.step()
    return [p.detach() for layer in layers for p in layer.parameters()]


@pytest.mark.filterwarnings("error")
def test_the_same_bits_as_torch():
    for ours, theirs in zip(trained(Adam), trained(torch.optim.Adam), strict=True):
        assert torch.equal(ours, theirs)
    # Whichever is first made: torch changes a class at its first instance.
    for ours, theirs in zip(trained(torch.optim.Adam), trained(Adam), strict=True):
        assert torch.equal(ours, theirs)
