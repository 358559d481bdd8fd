"""Shapes learnt in bursts made better: each discharge is seen with its neighbours taken out."""

from __future__ import annotations

import numpy as np

from kedut.measurement.detectors.emg_activity import per_sample
from kedut.measurement.detectors.emg_explain import APART_S, worth_explaining
from kedut.measurement.detectors.emg_learning import Learnt, known
from kedut.measurement.detectors.emg_solving import solve
from kedut.measurement.detectors.emg_survey import Survey
from kedut.measurement.detectors.emg_templates import FEWEST, Templates, bank_of, ease
from kedut.measurement.filters.blocks import Block, Plan
from kedut.measurement.filters.pieces import Piece

ROUNDS = 3  # constant: further ones change little
ENOUGH = 60  # constant: discharges of a unit that make a good mean


def refine(learnt: Learnt, pieces: dict[int, Piece], seen: Survey, cut: Plan) -> Learnt:
    """Give templates averaged over discharges that were freed of what overlaps them."""
    for _ in range(ROUNDS):
        templates = _again(learnt, pieces, seen, cut)
        learnt = known(templates, learnt.basis, pieces, learnt.activities, seen, cut, crowded=False)
    return learnt


def _again(learnt: Learnt, pieces: dict[int, Piece], seen: Survey, cut: Plan) -> Templates:
    """Explain the first pieces and average what each unit's discharges are without the others."""
    old = learnt.templates
    length = old.bank.shape[3]
    apart = round(APART_S * cut.work_rate_hz)
    own: list[list[Block]] = [[] for _ in range(old.units)]
    for number, part in pieces.items():
        if min(len(o) for o in own) >= ENOUGH:
            break
        parts = learnt.basis @ (part.wide / seen.noise_uv[:, None])
        found = learnt.activities[number]
        for a, b in worth_explaining(parts, found, learnt, cut.work // 2):
            first, stop = max(0, 2 * a - length), min(cut.work, 2 * b + length)
            loud = per_sample(found.loud, (first + stop) // 2, cut.work)
            x = np.array(parts[:, first:stop] / np.float32(loud), order="C")
            events, rest = solve(x.astype(np.float32, copy=False), old, loud, apart)
            for e in events:
                unit, at = int(e[0]), int(e[1])
                shift = round(float(e[2]) * old.bank.shape[1])
                fit = rest[:, at : at + length] * loud + e[3] * old.bank[unit, shift]
                own[unit].append(fit)
    means = [
        ease(np.median(np.array(o), axis=0)) if len(o) >= FEWEST and not beat else old.bank[i, 0]
        for i, (o, beat) in enumerate(zip(own, old.beat_s, strict=True))
    ]
    out = bank_of(np.array(means, np.float32), old.members)
    out.beat_s[:], out.least[:] = old.beat_s, old.least
    return out
