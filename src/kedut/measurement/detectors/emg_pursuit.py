"""Potentials taken out of a stretch one after the other: overlaps and doublets come apart."""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one loop for numba; calls would hide it

from __future__ import annotations

import numba
import numpy as np

ODD = 0.5  # constant: how much less a potential counts that is not of its unit's size


@numba.njit(cache=True, fastmath=True)
def _correlate(x, t, reach, out, first, stop):  # type: ignore[no-untyped-def]
    """Fill out[lag] with the product of template and signal for lags from first to stop."""
    parts = t.shape[0]
    low, high = reach
    for lag in range(first, stop):
        total = np.float32(0.0)
        for p in range(parts):
            for j in range(low, high):
                total += x[p, lag + j] * t[p, j]
        out[lag] = total


@numba.njit(cache=True, fastmath=True)
def products_of(x, bank, reach):  # type: ignore[no-untyped-def]
    """Give the product of a stretch with each template by where it starts, (units, lags)."""
    units, _, _, length = bank.shape
    lags = max(x.shape[1] - length + 1, 0)
    out = np.empty((units, lags), np.float32)
    for k in range(units):
        _correlate(x, bank[k, 0], reach[k], out[k], 0, lags)
    return out


@numba.njit(cache=True, fastmath=True)
def _gain(c, norm, low, high):  # type: ignore[no-untyped-def]
    """Give scale and drop of energy when a template is taken out, its scale held in bounds."""
    a = min(max(c / norm, low), high)
    return a, 2 * a * c - a * a * norm - ODD * norm * (a - 1) * (a - 1)


@numba.njit(cache=True, fastmath=True)
def _cross(bank, reach, unit, shift, out):  # type: ignore[no-untyped-def]
    """Fill out[k, d] with the product of a moved template and template k, by how far apart."""
    units, _, parts, length = bank.shape
    for k in range(units):
        for d in range(1 - length, length):
            total = np.float32(0.0)
            low, high = max(reach[k, 0], -d), min(reach[k, 1], length - d)
            for p in range(parts):
                for j in range(low, high):
                    total += bank[unit, shift, p, d + j] * bank[k, 0, p, j]
            out[k, d + length - 1] = total


@numba.njit(cache=True, fastmath=True)
def pursue(  # type: ignore[no-untyped-def]
    x,
    products,
    bank,
    norms,
    kappa,
    reach,
    heart,
    bounds,
    threshold,
    apart,
    begin,
    cross,
    crossed,
    loud,
    found,
):
    """Explain a stretch by potentials; what is left stays in x.

    x : (parts, samples), in units of the noise
    products : of x and each template, as `products_of` gives them
    reach : (units, 2) the samples in which nearly all of a template lies
    bank : (units, shifts, parts, samples), the templates moved by fractions of a sample
    norms : (units,) energy of each; kappa : (units,) variance of the noise along each
    heart : (units, 2) the samples by which a fit is judged
    bounds : lowest and highest scale of a potential against its template, least share of the
        energy that it explains, and share of an overlapping one's energy that is no misfit
    threshold : (units,) least score; apart : samples between two discharges of one unit
    begin : unit and lag to take out first, or below 0
    cross, crossed : products of the templates at a noise of 1, and which are known already
    loud : the noise
    found : (limit, 5) filled with unit, lag, part of a sample, scale, score
    """
    units, shifts, parts, length = bank.shape
    n = x.shape[1]
    lags = n - length + 1
    if lags < 1:
        return 0
    c = products.copy()
    count = 0
    while count < found.shape[0]:
        best, unit, at, scale = np.float32(0.0), -1, 0, np.float32(0.0)
        for k in range(units):
            need = threshold[k] * threshold[k] * kappa[k]
            for lag in range(lags):
                v = c[k, lag]
                if v * v < need * norms[k] or v <= 0:
                    continue
                a, g = _gain(v, norms[k], bounds[0], bounds[1])
                g /= kappa[k]
                if g > best and g > threshold[k] * threshold[k]:
                    near = False
                    for e in range(count):
                        away = abs(found[e, 1] - lag)
                        if found[e, 0] == k and away < apart:
                            near = True
                        other = int(found[e, 0])
                        misfit = bounds[3] * found[e, 3] * found[e, 3] * norms[other]
                        if away < length // 2 and g * kappa[k] < misfit:
                            near = True
                    if near:
                        continue
                    first, stop = lag + heart[k, 0], lag + heart[k, 1]
                    energy = np.float32(0.0)
                    for p in range(parts):
                        for j in range(first, stop):
                            energy += x[p, j] * x[p, j]
                    if g * kappa[k] < bounds[2] * (energy - parts * (stop - first)):
                        continue
                    best, unit, at, scale = g, k, lag, a
        if count == 0 and begin[0] >= 0:
            unit, at = begin[0], begin[1]
        if unit < 0:
            break
        # the fraction of a sample, and one sample to either side
        finest, shift, where = np.float32(-1.0), 0, at
        for lag in range(max(at - 1, 0), min(at + 2, lags)):
            for s in range(shifts):
                v = np.float32(0.0)
                for p in range(parts):
                    for j in range(length):
                        v += x[p, lag + j] * bank[unit, s, p, j]
                a, g = _gain(v, norms[unit], bounds[0], bounds[1])
                if g > finest:
                    finest, shift, where, scale = g, s, lag, a
        for p in range(parts):
            for j in range(length):
                x[p, where + j] -= scale * bank[unit, shift, p, j]
        found[count, 0] = unit
        found[count, 1] = where
        found[count, 2] = shift / shifts
        found[count, 3] = scale
        found[count, 4] = np.sqrt(max(finest / kappa[unit], 0.0))
        count += 1
        first, stop = max(0, where - length + 1), min(lags, where + length)
        if not crossed[unit, shift]:
            _cross(bank, reach, unit, shift, cross[unit, shift])
            cross[unit, shift] *= loud * loud
            crossed[unit, shift] = True
        less = scale / (loud * loud)
        for k in range(units):
            for lag in range(first, stop):
                c[k, lag] -= less * cross[unit, shift, k, lag - where + length - 1]
    return count


@numba.njit(cache=True, fastmath=True)
def refit(x, bank, norms, kappa, bounds, found, count, reach):  # type: ignore[no-untyped-def]
    """Look at each potential again with all others taken out; move it to where it fits best."""
    units, shifts, parts, length = bank.shape
    lags = x.shape[1] - length + 1
    for e in range(count):
        unit, where = int(found[e, 0]), int(found[e, 1])
        shift, scale = round(found[e, 2] * shifts), found[e, 3]
        for p in range(parts):
            for j in range(length):
                x[p, where + j] += scale * bank[unit, shift, p, j]
        best = np.float32(-1e30)
        new_unit, new_where, new_shift, new_scale = unit, where, shift, scale
        for k in range(units):
            for lag in range(max(0, where - reach), min(lags, where + reach + 1)):
                s0 = 0
                v = np.float32(0.0)
                for p in range(parts):
                    for j in range(length):
                        v += x[p, lag + j] * bank[k, s0, p, j]
                a, g = _gain(v, norms[k], bounds[0], bounds[1])
                if g < 0.7 * best:  # constant: no fraction of a sample makes up for this
                    continue
                for s in range(shifts):
                    v = np.float32(0.0)
                    for p in range(parts):
                        for j in range(length):
                            v += x[p, lag + j] * bank[k, s, p, j]
                    a, g = _gain(v, norms[k], bounds[0], bounds[1])
                    if g > best:
                        best, new_unit, new_where, new_shift, new_scale = g, k, lag, s, a
        for p in range(parts):
            for j in range(length):
                x[p, new_where + j] -= new_scale * bank[new_unit, new_shift, p, j]
        found[e, 0], found[e, 1] = new_unit, new_where
        found[e, 2], found[e, 3] = new_shift / shifts, new_scale
        found[e, 4] = np.sqrt(max(best / kappa[new_unit], 0.0))


@numba.njit(cache=True, fastmath=True)
def beginnings(products, norms, kappa, bounds, threshold, apart, out):  # type: ignore[no-untyped-def]
    """List where else one may begin: unit and lag of the largest gains, one a peak, best first."""
    units, lags = products.shape
    gains = np.zeros((units, lags), np.float32)
    for k in range(units):
        c = products[k]
        for lag in range(lags):
            if c[lag] > 0:
                gains[k, lag] = _gain(c[lag], norms[k], bounds[0], bounds[1])[1]
    count = 0
    while count < out.shape[0]:
        best, unit, at = np.float32(0.0), -1, 0
        for k in range(units):
            for lag in range(1, lags - 1):
                g = gains[k, lag]
                if g > best and g >= gains[k, lag - 1] and g >= gains[k, lag + 1]:
                    best, unit, at = g, k, lag
        if unit < 0 or best < threshold[unit] * threshold[unit] * kappa[unit]:
            break
        out[count, 0], out[count, 1] = unit, at
        count += 1
        for lag in range(max(0, at - apart), min(lags, at + apart + 1)):
            gains[unit, lag] = 0
    return count
