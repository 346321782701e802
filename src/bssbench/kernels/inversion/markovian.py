"""Exact Gaussian process with a Matérn kernel: O(T) time and memory, any time stamps, in float64.

A Matérn-(d−½) process is the first component of a d-dimensional Markov process (Hartikainen &
Särkkä, 2010). The information in the samples of an interval is summarised by an element. Given the
state x before the interval, the state after it is N(A x + b, C), and up to constants, the
likelihood of the samples is

    −2 log p = log-determinant + quadratic + xᵀJx − 2ηᵀx.

Two neighbouring elements combine into one (Särkkä & García-Fernández, 2021). Pairs are combined in
log₂ T levels, each in one batch, without a loop over time. The element of the whole series gives
log|C| and μᵀC⁻¹μ. The term Σ_t s_t² (C⁻¹)_tt is the derivative of log|C| when s² is added to the
nugget; it is computed by forward-mode differentiation. On a regular grid, all elements of a level
have the same A, C and J, which are computed once, with a time axis of length 1.
"""

from dataclasses import dataclass, fields
from typing import Self

import torch

from bssbench.errors import InputError
from bssbench.kernels.inversion import Factor, spread_terms
from bssbench.kernels.stationary import Kernel, Matern12, Matern32, Matern52
from bssbench.kernels.time_stamps import checked_times

__all__ = ["MarkovianFactor", "factorise"]

# For the state (f, f′/λ, f″/λ²) with x = λ·Δt and λ = √(2d−1)/ℓ: the nilpotent part N of the
# transition e^{−x}(I + xN + x²N²/2), and the stationary covariance.
_NILPOTENT = {
    Matern12: [[0.0]],
    Matern32: [[1.0, 1.0], [-1.0, -1.0]],
    Matern52: [[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [-1.0, -3.0, -2.0]],
}
_STATIONARY = {
    Matern12: [[1.0]],
    Matern32: [[1.0, 0.0], [0.0, 1.0]],
    Matern52: [[1.0, 0.0, -1 / 3], [0.0, 1 / 3, 0.0], [-1 / 3, 0.0, 1.0]],
}


def _times(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Multiply matrices whose rows and columns are the first two axes.

    The remaining axes are contiguous in memory. A library's product of millions of tiny matrices is
    many times slower.
    """
    if a.shape[1] == 1:
        return a * b
    return (a[:, :, None] * b[None]).sum(1)


def _transposed(a: torch.Tensor) -> torch.Tensor:
    return a.transpose(0, 1)


def _inverse(a: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return inverse and determinant of matrices with up to three rows, by the adjugate."""
    if len(a) == 1:
        return 1.0 / a, a[0, 0]
    if len(a) == 2:
        determinant = a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]
        rows = [[a[1, 1], -a[0, 1]], [-a[1, 0], a[0, 0]]]
    else:
        rows = [
            [
                a[(j + 1) % 3, (i + 1) % 3] * a[(j + 2) % 3, (i + 2) % 3]
                - a[(j + 1) % 3, (i + 2) % 3] * a[(j + 2) % 3, (i + 1) % 3]
                for j in range(3)
            ]
            for i in range(3)
        ]
        determinant = a[0, 0] * rows[0][0] + a[0, 1] * rows[1][0] + a[0, 2] * rows[2][0]
    return torch.stack([torch.stack(row) for row in rows]) / determinant, determinant


@dataclass(frozen=True)
class _Element:
    """Summary of the samples in each of many intervals.

    The trailing axes are (series, interval or 1). A, C and J have leading axes (state, state), b
    and eta (state, 1). A dot denotes the derivative when s² is added to the nugget.
    """

    A: torch.Tensor
    C: torch.Tensor
    J: torch.Tensor
    log_determinant: torch.Tensor
    A_dot: torch.Tensor
    C_dot: torch.Tensor
    J_dot: torch.Tensor
    log_determinant_dot: torch.Tensor
    b: torch.Tensor
    eta: torch.Tensor
    quadratic: torch.Tensor

    def every(self, start: int, stop: int | None, step: int) -> Self:
        """Return a slice of the intervals; values shared by all intervals are kept."""
        values = (getattr(self, field.name) for field in fields(self))
        return type(self)(*(v if v.shape[-1] == 1 else v[..., start:stop:step] for v in values))


def _combined(i: _Element, j: _Element) -> _Element:
    """Combine each interval of `i` with the one of `j` that follows it."""
    m = _times(i.C, j.J)
    m_dot = _times(i.C_dot, j.J) + _times(i.C, j.J_dot)
    identity = torch.eye(len(m), dtype=m.dtype, device=m.device)[..., None, None]
    w, determinant = _inverse(identity + m)
    v, u = _times(w, i.A), _times(w, i.C)
    v_dot = _times(w, i.A_dot - _times(m_dot, v))
    u_dot = _times(w, i.C_dot - _times(m_dot, u))
    j_v, u_a = _times(j.J, v), _times(u, _transposed(j.A))
    mixed = _times(j.A_dot, u_a)
    c_dot = mixed + _transposed(mixed) + _times(j.A, _times(u_dot, _transposed(j.A)))
    j_dot = _times(_transposed(i.A_dot), j_v)
    j_dot = j_dot + _times(_transposed(i.A), _times(j.J_dot, v) + _times(j.J, v_dot))
    trace = (_transposed(w) * m_dot).sum((0, 1))
    e = j.eta - _times(j.J, i.b)
    u_e = _times(u, e)
    explained = (e * u_e + i.b * (j.eta + e)).sum((0, 1))
    return _Element(
        A=_times(j.A, v),
        C=_times(j.A, u_a) + j.C,
        J=_times(_transposed(i.A), j_v) + i.J,
        log_determinant=i.log_determinant + j.log_determinant + torch.log(determinant),
        A_dot=_times(j.A_dot, v) + _times(j.A, v_dot),
        C_dot=c_dot + j.C_dot,
        J_dot=j_dot + i.J_dot,
        log_determinant_dot=i.log_determinant_dot + j.log_determinant_dot + trace,
        b=_times(j.A, i.b + u_e) + j.b,
        eta=i.eta + _times(_transposed(v), e),
        quadratic=i.quadratic + j.quadratic - explained,
    )


def _leaves(
    transition: torch.Tensor,
    innovation: torch.Tensor,
    noise_variance: torch.Tensor,
    mean: torch.Tensor,
    variance: torch.Tensor,
) -> _Element:
    """Return the elements of single samples.

    Transition and innovation from the previous sample have shape (state, state, series, sample or
    1), the noise variance (series, 1), the mean (series, sample) and the variance (series, sample
    or 1).
    """
    observed = innovation[0, 0] + noise_variance
    gain, row = innovation[:, :1] / observed, transition[:1]
    share = variance / observed
    a_change, c_change = _times(gain, row), _times(gain, innovation[:1])
    j = _times(_transposed(row), row) / observed
    return _Element(
        A=transition - a_change,
        C=innovation - c_change,
        J=j,
        log_determinant=torch.log(observed),
        A_dot=a_change * share,
        C_dot=c_change * share,
        J_dot=-j * share,
        log_determinant_dot=share,
        b=gain * mean,
        eta=_transposed(row) * (mean / observed),
        quadratic=mean**2 / observed,
    )


def _whole(element: _Element, count: int) -> _Element:
    """Combine `count` consecutive intervals into one."""
    tail: _Element | None = None
    while count > 1:
        if count % 2:
            last = element.every(count - 1, None, 1)
            tail = last if tail is None else _combined(last, tail)
        even = count - count % 2
        element = _combined(element.every(0, even, 2), element.every(1, even, 2))
        count //= 2
    return element if tail is None else _combined(element, tail)


@dataclass(frozen=True)
class MarkovianFactor(Factor):
    """The kernel and the gaps; storing more would not save time, since a solution costs O(T).

    `gaps` between samples have shape (time − 1,), or (1,) on a regular grid.
    """

    kernel: Kernel
    noise_variance: torch.Tensor
    gaps: torch.Tensor

    def _transition(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Return transitions, innovations and the stationary covariance of flattened series."""
        kind = type(self.kernel)
        matrix = self.gaps.new_tensor(_NILPOTENT[kind])
        stationary = self.gaps.new_tensor(_STATIONARY[kind])[..., None, None]
        rate = (2 * len(matrix) - 1) ** 0.5 / self.kernel.length_scale.to(torch.float64)
        x = rate.reshape(-1, 1) * self.gaps
        identity = torch.eye(len(matrix)).to(matrix)
        powers = zip((1.0, x, 0.5 * x**2), (identity, matrix, matrix @ matrix), strict=True)
        transition = sum(p[..., None, None] * x_power for x_power, p in powers) * torch.exp(-x)
        carried = _times(_times(transition, stationary), _transposed(transition))
        return transition, stationary - carried, stationary

    def divergence(self, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """Return KL(q ‖ p) of shape (replicate, latent), in nats; see `Factor.divergence`."""
        length = mean.shape[-1]
        data = mean.reshape(-1, length).to(torch.float64)
        spread = variance.reshape(len(data), -1).to(torch.float64)
        noise_variance = self.noise_variance.reshape(-1, 1).to(torch.float64)
        transition, innovation, stationary = self._transition()
        first = _leaves(
            torch.zeros_like(transition[..., :1]),
            stationary.expand(-1, -1, len(data), -1),
            noise_variance,
            data[:, :1],
            spread[:, :1],
        )
        later = spread if spread.shape[-1] == 1 else spread[:, 1:]
        leaves = _leaves(transition, innovation, noise_variance, data[:, 1:], later)
        whole = _combined(first, _whole(leaves, length - 1))
        energy = whole.quadratic + whole.log_determinant + whole.log_determinant_dot
        energy = energy.reshape(mean.shape[:-1]).to(mean.dtype)
        return 0.5 * (energy + spread_terms(variance, length))


def factorise(
    kernel: Kernel,
    noise_variance: torch.Tensor,
    length: int,
    dtype: torch.dtype,  # noqa: ARG001
    times: torch.Tensor | None = None,
) -> MarkovianFactor:
    """Prepare a Matérn process in float64, independent of the `dtype` of the data.

    Raises
    ------
    InputError
        If the kernel is not a Matérn kernel, or the time stamps are invalid. The message lists
        cores that support the kernel.
    """
    if type(kernel) not in _NILPOTENT:
        raise InputError(
            f"core 'markovian' is for Matérn kernels, not {kernel.name}; "
            "take toeplitz, cholesky, inducing or gpytorch"
        )
    stamps = checked_times(times, length, noise_variance.device)
    return MarkovianFactor(
        kernel, noise_variance, torch.diff(stamps[:2] if times is None else stamps)
    )
