"""Potentials taken out of a stretch one after the other: overlaps and doublets come apart.

Compiled: rows are cut out as views before they are run through, so that the processor's lanes can
be used; `tests/measurement/emg/plain.py` says the same plainly.
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - one loop for numba; calls would hide it

from __future__ import annotations

import numba
import numpy as np

ODD = 0.5  # constant: how much less a potential counts that is not of its unit's size
FRACTION = 0.7  # constant: a place so much worse is not made up for by a fraction of a sample
FIT = 4  # constant: samples by which a potential is moved when it is looked at again


@numba.njit(cache=True, fastmath=True)
def _product(x, t, at):  # type: ignore[no-untyped-def]
    """Give the product of a template, (parts, samples), and a stretch from a sample on."""
    total = np.float32(0.0)
    for p in range(t.shape[0]):
        a, b = x[p, at : at + t.shape[1]], t[p]
        for j in range(b.size):
            total += a[j] * b[j]
    return total


@numba.njit(cache=True, fastmath=True)
def add_to(x, t, at, scale):  # type: ignore[no-untyped-def]
    """Add a template, so many times as large, to a stretch from a sample on."""
    for p in range(t.shape[0]):
        a, b = x[p, at : at + t.shape[1]], t[p]
        for j in range(b.size):
            a[j] += scale * b[j]


@numba.njit(cache=True, fastmath=True)
def _energy(x, first, stop):  # type: ignore[no-untyped-def]
    """Give the energy of a stretch between two samples."""
    total = np.float32(0.0)
    for p in range(x.shape[0]):
        a = x[p, first:stop]
        for j in range(a.size):
            total += a[j] * a[j]
    return total


@numba.njit(cache=True, fastmath=True)
def products_of(x, bank, reach):  # type: ignore[no-untyped-def]
    """Give the product of a stretch with each template by where it starts, (units, lags)."""
    units, _, parts, length = bank.shape
    lags = max(x.shape[1] - length + 1, 0)
    out = np.zeros((units, lags), np.float32)
    for k in range(units):
        row = out[k]
        for p in range(parts):
            t, j = bank[k, 0, p], reach[k, 0]
            while j + 4 <= reach[k, 1]:  # four samples of the template at once: fewer stores
                a, b = x[p, j : j + lags], x[p, j + 1 : j + 1 + lags]
                c, d = x[p, j + 2 : j + 2 + lags], x[p, j + 3 : j + 3 + lags]
                t0, t1, t2, t3 = t[j], t[j + 1], t[j + 2], t[j + 3]
                for i in range(row.size):
                    row[i] += t0 * a[i] + t1 * b[i] + t2 * c[i] + t3 * d[i]
                j += 4
            while j < reach[k, 1]:
                a, t0 = x[p, j : j + lags], t[j]
                for i in range(row.size):
                    row[i] += t0 * a[i]
                j += 1
    return out


@numba.njit(cache=True, fastmath=True)
def _gain(c, norm, bounds):  # type: ignore[no-untyped-def]
    """Give scale and drop of energy when a template is taken out, its scale held in bounds."""
    a = min(max(c / norm, bounds[0]), bounds[1])
    return a, 2 * a * c - a * a * norm - ODD * norm * (a - 1) * (a - 1)


@numba.njit(cache=True, fastmath=True)
def _cross(bank, reach, unit, shift, out):  # type: ignore[no-untyped-def]
    """Fill out[k, d] with the product of a moved template and template k, by how far apart."""
    units, _, parts, length = bank.shape
    for k in range(units):
        for d in range(1 - length, length):
            total = np.float32(0.0)
            low, high = max(reach[k, 0], -d), min(reach[k, 1], length - d)
            if low < high:
                for p in range(parts):
                    a, b = bank[unit, shift, p, d + low : d + high], bank[k, 0, p, low:high]
                    for j in range(b.size):
                        total += a[j] * b[j]
            out[k, d + length - 1] = total


@numba.njit(cache=True, fastmath=True)
def _hidden(found, count, k, lag, g, norms, misfit, apart, near):  # type: ignore[no-untyped-def]
    """Tell whether one of a unit is too near to another of it, or no more than a misfit."""
    for e in range(count):
        away = abs(found[e, 1] - lag)
        if found[e, 0] == k and away < apart:
            return True
        left = misfit * found[e, 3] * found[e, 3] * norms[int(found[e, 0])]
        if away < near and g < left:
            return True
    return False


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
    power,
    found,
):
    """Explain a stretch by potentials; what is left stays in x; gives how many.

    x : (parts, samples)
    products : of x and each template, as `products_of` gives them
    reach : (units, 2) the samples in which nearly all of a template lies
    bank : (units, shifts, parts, samples), the templates moved by fractions of a sample
    norms : (units,) energy of each; kappa : (units,) variance of the noise along each
    heart : (units, 2) the samples by which a fit is judged
    bounds : lowest and highest scale of a potential against its template, least share of the
        energy that it explains, and share of an overlapping one's energy that is no misfit
    threshold : (units,) least score; apart : samples between two discharges of one unit
    begin : unit and lag to take out first, or below 0: filled with the first that is taken
    cross, crossed : products of the templates, and which are known already
    power : of the noise, beside what it is typically
    found : (limit, 5) filled with unit, lag, part of a sample, scale, score
    """
    units, shifts, parts, length = bank.shape
    lags = x.shape[1] - length + 1
    if lags < 1:
        return 0
    c = products.copy()
    count = 0
    while count < found.shape[0]:
        best, unit, at, scale = np.float32(0.0), -1, 0, np.float32(0.0)
        told = count == 0 and begin[0] >= 0
        if told:
            unit, at = begin[0], begin[1]
        for k in range(0 if told else units):
            need = threshold[k] * threshold[k] * kappa[k] * power
            row = c[k]
            most = np.float32(0.0)
            for lag in range(row.size):
                v = row[lag]
                most = v if v > most else most
            if most <= 0 or most * most < need * norms[k]:
                continue
            for lag in range(lags):
                v = row[lag]
                if v <= 0 or v * v < need * norms[k]:
                    continue
                a, g = _gain(v, norms[k], bounds)
                if g <= best * kappa[k] or g <= need:
                    continue
                if _hidden(found, count, k, lag, g, norms, bounds[3], apart, length // 2):
                    continue
                first, stop = lag + heart[k, 0], lag + heart[k, 1]
                energy = _energy(x, first, stop) - parts * (stop - first) * power
                if g < bounds[2] * energy:
                    continue
                best, unit, at, scale = g / kappa[k], k, lag, a
        if unit < 0:
            break
        if count == 0:
            begin[0], begin[1] = unit, at
        # the fraction of a sample, and one sample to either side
        finest, shift, where = np.float32(-1.0), 0, at
        for lag in range(max(at - 1, 0), min(at + 2, lags)):
            for s in range(shifts):
                a, g = _gain(_product(x, bank[unit, s], lag), norms[unit], bounds)
                if g > finest:
                    finest, shift, where, scale = g, s, lag, a
        add_to(x, bank[unit, shift], where, -scale)
        found[count, 0] = unit
        found[count, 1] = where
        found[count, 2] = shift / shifts
        found[count, 3] = scale
        found[count, 4] = np.sqrt(max(finest / (kappa[unit] * power), 0.0))
        count += 1
        first, stop = max(0, where - length + 1), min(lags, where + length)
        if not crossed[unit, shift]:
            _cross(bank, reach, unit, shift, cross[unit, shift])
            crossed[unit, shift] = True
        for k in range(units):
            row, less = c[k, first:stop], cross[unit, shift, k, first - where + length - 1 :]
            for i in range(row.size):
                row[i] -= scale * less[i]
    return count


@numba.njit(cache=True, fastmath=True)
def refit(x, bank, norms, kappa, bounds, found, count, power):  # type: ignore[no-untyped-def]
    """Look at each potential again with all others taken out; move it to where it fits best."""
    units, shifts, _, length = bank.shape
    lags = x.shape[1] - length + 1
    for e in range(count):
        unit, where = int(found[e, 0]), int(found[e, 1])
        shift, scale = round(found[e, 2] * shifts), found[e, 3]
        add_to(x, bank[unit, shift], where, scale)
        best, new = np.float32(-1e30), where
        for k in range(units):
            for lag in range(max(0, where - FIT), min(lags, where + FIT + 1)):
                a, g = _gain(_product(x, bank[k, 0], lag), norms[k], bounds)
                if g < FRACTION * best:
                    continue
                for s in range(shifts):
                    if s:
                        a, g = _gain(_product(x, bank[k, s], lag), norms[k], bounds)
                    if g > best:
                        best, unit, new, shift, scale = g, k, lag, s, a
        add_to(x, bank[unit, shift], new, -scale)
        found[e, 0], found[e, 1], found[e, 2], found[e, 3] = unit, new, shift / shifts, scale
        found[e, 4] = np.sqrt(max(best / (kappa[unit] * power), 0.0))


@numba.njit(cache=True, fastmath=True)
def _top(row):  # type: ignore[no-untyped-def]
    """Give where the largest peak is that is no end of the row, or -1."""
    best, at = np.float32(0.0), -1
    for lag in range(1, row.size - 1):
        g = row[lag]
        if g > best and g >= row[lag - 1] and g >= row[lag + 1]:
            best, at = g, lag
    return at


@numba.njit(cache=True, fastmath=True)
def beginnings(  # type: ignore[no-untyped-def]
    products, norms, kappa, bounds, threshold, apart, power, out
):
    """List where else one may begin: unit and lag of the largest gains, one a peak, best first."""
    units, lags = products.shape
    gains = np.zeros((units, lags), np.float32)
    for k in range(units):
        c = products[k]
        for lag in range(lags):
            if c[lag] > 0:
                gains[k, lag] = _gain(c[lag], norms[k], bounds)[1]
    tops = np.empty(units, np.int64)
    for k in range(units):
        tops[k] = _top(gains[k])
    count = 0
    while count < out.shape[0]:
        best, unit = np.float32(0.0), -1
        for k in range(units):
            if tops[k] >= 0 and gains[k, tops[k]] > best:
                best, unit = gains[k, tops[k]], k
        if unit < 0 or best < threshold[unit] * threshold[unit] * kappa[unit] * power:
            break
        at = tops[unit]
        out[count, 0], out[count, 1] = unit, at
        count += 1
        for lag in range(max(0, at - apart), min(lags, at + apart + 1)):
            gains[unit, lag] = 0
        tops[unit] = _top(gains[unit])
    return count
