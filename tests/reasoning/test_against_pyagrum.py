"""The posterior against lazy propagation by pyAgrum, on the same networks."""

from __future__ import annotations

import numpy as np
import pytest

from kedut.bench.agrum import Agrum
from kedut.reasoning.bedside import lay_out, point_tables
from kedut.reasoning.exact import posterior
from kedut.reasoning.exact_fast import FastExact
from tests.reasoning.networks import invented_evidence, invented_network, invented_prior

CLEAR_UP_TO = 9


def agree(seed: int, *, causes: int, present: int, parents: int, gated: bool | None = None) -> None:
    draw = np.random.default_rng(seed)
    findings = present + 8
    network = invented_network(draw, causes=causes, findings=findings, parents=parents, states=(4,))
    # Known risk factors are shifts of the prior's log-odds.
    prior = invented_prior(draw, network)
    odds = prior / (1 - prior) * np.exp(draw.normal(0, 1, causes))
    prior = odds / (1 + odds)
    evidence = invented_evidence(draw, network, present=present, absent=8, gated=gated)
    theirs = Agrum(network, prior, evidence).posterior()
    quick = FastExact(network).posterior(prior, evidence).prevalent[:, 0]
    np.testing.assert_allclose(quick, theirs, atol=1e-9)
    if present <= CLEAR_UP_TO:
        clear = posterior(prior[:, None], lay_out(evidence, point_tables(network, evidence)))
        np.testing.assert_allclose(clear.prevalent[:, 0], theirs, atol=1e-9)


@pytest.mark.parametrize("causes", [5, 8, 12])
@pytest.mark.parametrize("seed", range(4))
def test_attributes_and_exclusive_states_of_a_moving_calf(seed: int, causes: int) -> None:
    agree(seed, causes=causes, present=2, parents=3, gated=True)


@pytest.mark.parametrize("present", [0, 1, 4, 8])
@pytest.mark.parametrize("causes", [5, 20, 40])
def test_findings_that_several_causes_bring(causes: int, present: int) -> None:
    agree(causes + present, causes=causes, present=present, parents=4, gated=False)


@pytest.mark.parametrize("present", [12, 16, 20, 24])
def test_many_findings_of_few_causes_each(present: int) -> None:
    agree(present, causes=40, present=present, parents=3, gated=False)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(100))
def test_many_networks(seed: int) -> None:
    draw = np.random.default_rng(seed)
    agree(
        1000 + seed,
        causes=int(draw.integers(5, 41)),
        present=int(draw.integers(0, 25)),
        parents=3,
        gated=False,
    )
    agree(
        2000 + seed, causes=int(draw.integers(5, 13)), present=int(draw.integers(0, 5)), parents=3
    )
