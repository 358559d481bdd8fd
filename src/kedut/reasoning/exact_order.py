"""In which order to take the causes in, so that the table of the quick version stays small.

A finding's bit enters the table with the first cause that can bring it and leaves after the last,
so the width at any time is the number of findings begun and not finished. The order is greedy: next
finished is the finding that asks for the fewest further bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kedut.reasoning.compiled import compiled

Ints = NDArray[np.int64]


@compiled
def ones(bits: int) -> int:
    """Count the bits set, of at most 32."""
    bits -= bits >> 1 & 0x55555555
    bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333)
    bits = (bits + (bits >> 4)) & 0x0F0F0F0F
    return (bits * 0x01010101 & 0xFFFFFFFF) >> 24


@compiled
def plan_steps(masks: Ints, own: Ints, order: Ints, enters: Ints, leaves: Ints) -> None:
    """Fill the order of causes and the bits that come and go.

    Parameters
    ----------
    masks : (C,), the findings each cause can bring
    own : (N,), the places of the causes that are to be steps; used up
    order, enters, leaves : (N,), filled: the cause of a step, bits entering before, leaving after
    """
    left, steps = len(own), 0
    n = 0
    while n < left:  # causes that bring none of these findings cost least at the start
        if masks[own[n]] == 0:
            order[steps], enters[steps], leaves[steps] = own[n], 0, 0
            steps += 1
            left -= 1
            own[n] = own[left]
        else:
            n += 1
    counts = np.zeros(64, np.int64)
    for n in range(left):
        bits, k = masks[own[n]], 0
        while bits:
            counts[k] += bits & 1
            bits >>= 1
            k += 1
    alive = 0
    while left:
        wanted = _next_finished(masks, own, left, alive, counts)
        while counts[wanted]:
            best = _fewest_new(masks, own, left, wanted, alive)
            c = own[best]
            left -= 1
            own[best] = own[left]
            order[steps] = c
            enters[steps] = masks[c] & ~alive
            alive |= masks[c]
            leaves[steps] = _count_down(masks[c], counts)
            alive &= ~leaves[steps]
            steps += 1


@compiled
def _fewest_new(masks: Ints, own: Ints, left: int, wanted: int, alive: int) -> int:
    """Give which of the causes left that touch a finding asks for the fewest further bits."""
    best, fewest = -1, 99
    for n in range(left):
        if masks[own[n]] >> wanted & 1:
            new = masks[own[n]] & ~alive
            if new == 0:
                return n
            if ones(new) < fewest:
                best, fewest = n, ones(new)
    return best


@compiled
def _count_down(mask: int, counts: Ints) -> int:
    """Take a cause's findings off the counts of what is to come; give those that have none left."""
    leaving, k = 0, 0
    while mask >> k:
        if mask >> k & 1:
            counts[k] -= 1
            if counts[k] == 0:
                leaving |= 1 << k
        k += 1
    return leaving


@compiled
def _next_finished(masks: Ints, own: Ints, left: int, alive: int, counts: Ints) -> int:
    """Give the bit whose remaining causes ask for the fewest further bits."""
    best, widest, fewest = -1, 99, 0
    for k in range(32):
        if counts[k]:
            together = alive
            for n in range(left):
                if masks[own[n]] >> k & 1:
                    together |= masks[own[n]]
            width = ones(together)
            if width < widest or (width == widest and counts[k] < fewest):
                best, widest, fewest = k, width, counts[k]
    return best
