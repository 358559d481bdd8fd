"""The chances of each state on each day, the clear way: one course of states at a time in sums."""

from __future__ import annotations

import math
from itertools import pairwise, product

import numpy as np


def clear_smooth(start, step, weights, likelihoods, steps):
    """Give P(state on each day | all notes) by adding up every course of states.

    start (S,), step (S, S), weights (people,), likelihoods {day: (people, S)}.
    """
    states = len(start)
    found = np.zeros((steps, states))
    changed = np.zeros((steps, states, states))
    for person, weight in enumerate(weights):
        for course in product(range(states), repeat=steps):
            chance = weight * start[course[0]]
            chance *= math.prod(step[a, b] for a, b in pairwise(course))
            chance *= math.prod(seen[person, course[day]] for day, seen in likelihoods.items())
            for day, state in enumerate(course):
                found[day, state] += chance
            for day in range(1, steps):
                changed[day, course[day - 1], course[day]] += chance
    total = found[0].sum()
    return found / total, changed / total


def clear_across(start, step, weights, likelihoods, steps, then, places):
    """Give P(place on day `then`, place on the last day | all notes), every course added up."""
    count = max(places) + 1
    found = np.zeros((count, count))
    for person, weight in enumerate(weights):
        for course in product(range(len(start)), repeat=steps):
            chance = weight * start[course[0]]
            chance *= math.prod(step[a, b] for a, b in pairwise(course))
            chance *= math.prod(seen[person, course[day]] for day, seen in likelihoods.items())
            found[places[course[then]], places[course[-1]]] += chance
    return found / found.sum()
