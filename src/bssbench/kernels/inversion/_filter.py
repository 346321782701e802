"""A Kalman filter for Matérn processes and its derivatives, in compiled loops over time.

With x = √(2d−1) |t − t′|/ℓ, a Matérn-(d−½) kernel is e₀ᵀF(x)p, where F(x) = exp(x(J − I)), J is the
shift of d states, and p contains the first d of (1, 1, ⅔). The filter therefore does not need the
covariance of the states, only the part M of it that the past explains, as for the semiseparable
matrices of Foreman-Mackey et al. (2017). Initially, m, M and N are zero. From one sample to the
next, m ← Fm, M ← FMFᵀ, N ← FNFᵀ, and at each sample

    c = p − Me₀,   r = 1/(c₀ + σ²),   g = rc,   v = μ_t − m₀,   w = s_t² + N₀₀,
    m ← m + gv,   M ← M + ggᵀ/r,   N ← (I − ge₀ᵀ) N (I − ge₀ᵀ)ᵀ + s_t² ggᵀ,

where N is the covariance of m under the posterior q, so that

    μᵀC⁻¹μ + Σ_t s_t² (C⁻¹)_tt + log|C| = Σ_t [(v² + w) r − log r].

The derivatives follow from reversing this recursion, with ∂F/∂x = (J − I)F.
"""

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

__all__ = ["energies", "keep", "solve"]

_Array = np.ndarray
# p is a tuple, so that the compiler knows its length and unrolls the loops over states.
_Covariance = tuple[float, ...]


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function at its first call; cache the code on disk if there is a place for it."""
    # Only the fast-math flag that changes neither the order of sums nor the handling of NaN.
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
    try:
        return numba.njit(cache=True, **options)(function)
    except RuntimeError:
        return numba.njit(**options)(function)


# F(x) is triangular with constant diagonals, so that row `s` of `f` contains only its first row.
# The following code avoids views of rows, because each would add reference counting.


@_compiled
def _transitions(p: _Covariance, rate: float, gaps: _Array) -> _Array:
    f = np.empty((len(gaps), len(p)))
    for s in range(len(gaps)):
        x = rate * gaps[s]
        f[s, 0] = math.exp(-x)
        for k in range(1, len(p)):
            f[s, k] = f[s, k - 1] * x / k
    return f


@_compiled
def _move(p: _Covariance, f: _Array, s: int, m: _Array) -> None:
    """Replace m by Fm."""
    for i in range(len(p)):
        total = 0.0
        for k in range(i, len(p)):
            total += f[s, k - i] * m[k]
        m[i] = total


@_compiled
def _move_back(p: _Covariance, f: _Array, s: int, m: _Array) -> None:
    """Replace m by Fᵀm."""
    for i in range(len(p) - 1, -1, -1):
        total = 0.0
        for k in range(i + 1):
            total += f[s, i - k] * m[k]
        m[i] = total


@_compiled
def _carry(p: _Covariance, f: _Array, s: int, a: _Array) -> None:
    """Replace a symmetric A by FAFᵀ."""
    d = len(p)
    for i in range(d):
        for j in range(d):
            total = 0.0
            for k in range(i, d):
                total += f[s, k - i] * a[k, j]
            a[i, j] = total
    for i in range(d):
        for j in range(i + 1):
            total = 0.0
            for k in range(j, d):
                total += a[i, k] * f[s, k - j]
            a[i, j] = total
            a[j, i] = total


@_compiled
def _carry_back(p: _Covariance, f: _Array, s: int, a: _Array) -> None:
    """Replace a symmetric A by FᵀAF."""
    d = len(p)
    for i in range(d - 1, -1, -1):
        for j in range(d):
            total = 0.0
            for k in range(i + 1):
                total += f[s, i - k] * a[k, j]
            a[i, j] = total
    for i in range(d - 1, -1, -1):
        for j in range(i, -1, -1):
            total = 0.0
            for k in range(j + 1):
                total += a[i, k] * f[s, j - k]
            a[i, j] = total
            a[j, i] = total


@_compiled
def _explain(p: _Covariance, noise: float, explained: _Array, g: _Array, r: _Array, t: int) -> None:
    """Write g and r of sample t, and M ← M + ggᵀ/r."""
    observed = p[0] - explained[0, 0] + noise
    r[t] = 1.0 / observed
    for i in range(len(p)):
        g[t, i] = (p[i] - explained[i, 0]) * r[t]
    for i in range(len(p)):
        for j in range(len(p)):
            explained[i, j] += g[t, i] * g[t, j] * observed


@_compiled
def _inform(p: _Covariance, information: _Array, g: _Array, r: _Array, t: int, h: _Array) -> float:
    """Return (C⁻¹)_tt from the derivative B with respect to N; write h = Bg and update B."""
    diagonal = r[t]
    for i in range(len(p)):
        h[i] = 0.0
        for j in range(len(p)):
            h[i] += information[i, j] * g[t, j]
        diagonal += g[t, i] * h[i]
    for i in range(len(p)):
        information[i, 0] -= h[i]
        information[0, i] -= h[i]
    information[0, 0] += diagonal
    return diagonal


@_compiled
def _filter(
    p: _Covariance, f: _Array, noise: float, y: _Array, variance: _Array, history: Any
) -> float:
    """Return the energy of one series and write the history of m, M, N, g and r."""
    d = len(p)
    of_f, of_variance = min(1, len(f) - 1), min(1, len(variance) - 1)
    every_m, every_explained, every_spread, g, r = history
    m, explained, spread = np.zeros(d), np.zeros((d, d)), np.zeros((d, d))
    energy = 0.0
    for t in range(len(y)):
        s = t * of_f
        _move(p, f, s, m)
        _carry(p, f, s, explained)
        _carry(p, f, s, spread)
        for i in range(d):
            every_m[t, i] = m[i]
            for j in range(d):
                every_explained[t, i, j] = explained[i, j]
                every_spread[t, i, j] = spread[i, j]
        _explain(p, noise, explained, g, r, t)
        v, w = y[t] - m[0], variance[t * of_variance] + spread[0, 0]
        energy += (v * v + w) * r[t] - math.log(r[t])
        for i in range(d):
            m[i] += g[t, i] * v
            for j in range(d):
                n = g[t, i] * every_spread[t, j, 0] + every_spread[t, i, 0] * g[t, j]
                spread[i, j] += g[t, i] * g[t, j] * w - n
    return energy


@_compiled
def _differentiate(
    p: _Covariance,
    f: _Array,
    gaps: _Array,
    y: _Array,
    variance: _Array,
    history: Any,
    in_y: _Array,
    in_variance: _Array,
) -> tuple[float, float]:
    """Write derivatives with respect to the series; return those for the rate and the nugget.

    A variable in_* is the derivative with respect to *, first after and then before sample t.
    """
    d = len(p)
    of_f, of_variance = min(1, len(f) - 1), min(1, len(variance) - 1)
    m, explained, spread, g, r = history
    in_m, in_explained, in_spread = np.zeros(d), np.zeros((d, d)), np.zeros((d, d))
    in_c, h = np.empty(d), np.empty(d)
    in_rate = in_noise = 0.0
    for t in range(len(y) - 1, -1, -1):
        s = t * of_f
        v, w = y[t] - m[t, 0], variance[t * of_variance] + spread[t, 0, 0]
        for i in range(d):
            in_c[i] = in_m[i] * v
            for j in range(d):
                in_c[i] -= 2.0 * in_spread[i, j] * spread[t, j, 0]
        diagonal = _inform(p, in_spread, g, r, t, h)
        in_y[t] = 2.0 * v * r[t]
        # With respect to c₀ + σ², through r and then through g.
        in_observed = r[t] - (v * v + w) * r[t] * r[t]
        for i in range(d):
            k = 0.0
            for j in range(d):
                k += in_explained[i, j] * g[t, j]
            in_c[i] = (in_c[i] + 2.0 * w * h[i]) * r[t] + 2.0 * k
            in_observed += g[t, i] * (k - in_c[i])
            in_y[t] += g[t, i] * in_m[i]
        in_variance[t * of_variance] += diagonal
        in_noise += in_observed
        in_c[0] += in_observed
        for i in range(d):
            in_explained[i, 0] -= 0.5 * in_c[i]
            in_explained[0, i] -= 0.5 * in_c[i]
        in_m[0] -= in_y[t]
        in_x = 0.0
        for i in range(d):
            above = i + 1 < d
            in_x += in_m[i] * ((m[t, i + 1] if above else 0.0) - m[t, i])
            for j in range(d):
                of_explained = (explained[t, i + 1, j] if above else 0.0) - explained[t, i, j]
                of_spread = (spread[t, i + 1, j] if above else 0.0) - spread[t, i, j]
                in_x += 2.0 * (in_explained[i, j] * of_explained + in_spread[i, j] * of_spread)
        in_rate += in_x * gaps[s]
        _move_back(p, f, s, in_m)
        _carry_back(p, f, s, in_explained)
        _carry_back(p, f, s, in_spread)
    return in_rate, in_noise


@_compiled
def energies(
    p: _Covariance,
    gaps: _Array,
    rates: _Array,
    noises: _Array,
    y: _Array,
    variance: _Array,
    derivatives: Any,
    learning: bool,
) -> _Array:
    """Return the energy of each series, and write its derivatives if `learning`."""
    in_y, in_variance, in_rate, in_noise = derivatives
    series, length = y.shape
    d = len(p)
    history = (
        np.empty((length, d)),
        np.empty((length, d, d)),
        np.empty((length, d, d)),
        np.empty((length, d)),
        np.empty(length),
    )
    energy = np.empty(series)
    for i in range(series):
        f = _transitions(p, rates[i], gaps)
        energy[i] = _filter(p, f, noises[i], y[i], variance[i], history)
        if learning:
            in_rate[i], in_noise[i] = _differentiate(
                p, f, gaps, y[i], variance[i], history, in_y[i], in_variance[i]
            )
    return energy


@_compiled
def keep(
    p: _Covariance,
    gaps: _Array,
    rates: _Array,
    noises: _Array,
    transitions: _Array,
    gains: _Array,
    inverses: _Array,
    diagonals: _Array,
    log_determinants: _Array,
) -> None:
    """Write F, g, r, (C⁻¹)_tt and log|C| of each series."""
    d = len(p)
    h = np.empty(d)
    for i in range(len(rates)):
        f, g, r = _transitions(p, rates[i], gaps), gains[i], inverses[i]
        of_f = min(1, len(f) - 1)
        explained, information = np.zeros((d, d)), np.zeros((d, d))
        log_determinants[i] = 0.0
        for t in range(len(r)):
            _carry(p, f, t * of_f, explained)
            _explain(p, noises[i], explained, g, r, t)
            log_determinants[i] -= math.log(r[t])
        for t in range(len(r) - 1, -1, -1):
            diagonals[i, t] = _inform(p, information, g, r, t, h)
            _carry_back(p, f, t * of_f, information)
        transitions[i] = f


@_compiled
def solve(
    p: _Covariance, transitions: _Array, gains: _Array, inverses: _Array, alpha: _Array, y: _Array
) -> None:
    """Write C⁻¹y of each series."""
    d = len(p)
    for i in range(len(y)):
        f, g, r = transitions[i], gains[i], inverses[i]
        of_f = min(1, len(f) - 1)
        m = np.zeros(d)
        for t in range(len(r)):
            _move(p, f, t * of_f, m)
            v = y[i, t] - m[0]
            alpha[i, t] = v * r[t]
            for k in range(d):
                m[k] += g[t, k] * v
        m[:] = 0.0
        for t in range(len(r) - 1, -1, -1):
            for k in range(d):
                alpha[i, t] += g[t, k] * m[k]
            m[0] -= alpha[i, t]
            _move_back(p, f, t * of_f, m)
