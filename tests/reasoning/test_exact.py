"""The exact posterior against listing every set of causes, and the compiled against the clear."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kedut.reasoning.bedside import Bedside, Bits, Evidence, lay_out, partly_known, point_tables
from kedut.reasoning.exact import ImpossibleEvidence, posterior
from kedut.reasoning.exact_fast import FastExact
from kedut.reasoning.explain import restrict
from kedut.reasoning.network import Network
from tests.reasoning.brute_force import enumerated
from tests.reasoning.networks import (
    invented_evidence,
    invented_network,
    invented_prior,
    small_bedside,
)

SEEDS = st.integers(0, 2**32 - 1)
SOME = settings(max_examples=100, deadline=None, derandomize=True, database=None)


@SOME
@given(SEEDS)
def test_the_posterior_is_that_of_listing_every_set_of_causes(seed: int) -> None:
    prior, bedside = small_bedside(np.random.default_rng(seed))
    prevalent, at_work, likelihood = enumerated(prior, bedside)
    found = posterior(prior, bedside)
    np.testing.assert_allclose(found.prevalent[:, 0], prevalent, atol=1e-12)
    np.testing.assert_allclose(found.at_work[:, 0], at_work, atol=1e-12)
    np.testing.assert_allclose(found.log_evidence[0], np.log(likelihood), atol=1e-9)


def both_ways(network: Network, prior: np.ndarray, evidence: Evidence) -> None:
    clear = posterior(prior[:, None], lay_out(evidence, point_tables(network, evidence)))
    quick = FastExact(network).posterior(prior, evidence)
    np.testing.assert_allclose(quick.prevalent, clear.prevalent, atol=1e-12)
    np.testing.assert_allclose(quick.at_work, clear.at_work, atol=1e-12)
    np.testing.assert_allclose(quick.log_evidence, clear.log_evidence, atol=1e-9)
    # Small chances too, to more digits than are ever shown.
    np.testing.assert_allclose(quick.at_work, clear.at_work, rtol=1e-8, atol=1e-300)


@SOME
@given(SEEDS)
def test_the_compiled_version_says_what_the_clear_one_says(seed: int) -> None:
    draw = np.random.default_rng(seed)
    network = invented_network(
        draw, causes=int(draw.integers(1, 30)), findings=16, parents=int(draw.integers(1, 30))
    )
    evidence = invented_evidence(
        draw, network, present=int(draw.integers(0, 9)), absent=int(draw.integers(0, 9))
    )
    both_ways(network, invented_prior(draw, network), evidence)


@pytest.mark.parametrize("present", [10, 12])
def test_the_compiled_version_agrees_on_many_findings(present: int) -> None:
    draw = np.random.default_rng(present)
    network = invented_network(draw, causes=25, findings=20, parents=12)
    for gated in (True, False):
        evidence = invented_evidence(draw, network, present=present, absent=5, gated=gated)
        both_ways(network, invented_prior(draw, network), evidence)


def test_two_dozen_findings_in_clusters_are_as_good_as_each_cluster_alone() -> None:
    draw = np.random.default_rng(5)
    parts = [invented_network(draw, causes=6, findings=6, parents=3) for _ in range(4)]
    link = np.zeros((24, 24))
    for n, part in enumerate(parts):
        link[6 * n : 6 * n + 6, 6 * n : 6 * n + 6] = part.link
    whole = invented_network(draw, causes=24, findings=24, parents=1)
    object.__setattr__(whole, "link", link)
    object.__setattr__(whole, "leak", np.concatenate([part.leak for part in parts]))
    prior = invented_prior(draw, whole)
    found = FastExact(whole).posterior(prior, Evidence(whole.findings, (), None))
    for n, part in enumerate(parts):
        evidence = Evidence(part.findings, (), None)
        rows = slice(6 * n, 6 * n + 6)
        alone = posterior(prior[rows, None], lay_out(evidence, point_tables(part, evidence)))
        np.testing.assert_allclose(found.prevalent[rows], alone.prevalent, atol=1e-12)


@SOME
@given(SEEDS)
def test_parts_of_the_evidence_taken_as_draws_are_those_parts(seed: int) -> None:
    draw = np.random.default_rng(seed)
    network = invented_network(draw, causes=8, findings=8, parents=4)
    prior = invented_prior(draw, network)
    evidence = invented_evidence(draw, network, present=3, absent=3)
    names = [*evidence.present, *evidence.absent, *evidence.shown, *evidence.not_shown]
    names += [name for name, _ in evidence.states]
    names += ["twitch_leg_unspecified"] if evidence.gate is not None else []
    parts = [frozenset(name for name in names if draw.random() < 0.5) for _ in range(5)]
    tables = partly_known(point_tables(network, evidence), evidence, parts)
    together = posterior(np.repeat(prior[:, None], 5, axis=1), lay_out(evidence, tables))
    for place, part in enumerate(parts):
        some = restrict(evidence, part)
        alone = posterior(prior[:, None], lay_out(some, point_tables(network, some)))
        np.testing.assert_allclose(together.prevalent[:, place], alone.prevalent[:, 0], atol=1e-12)


def test_what_nothing_can_bring_is_told() -> None:
    one = np.array([[0.5]])
    nothing = Bits(np.zeros((1, 1, 1)), np.ones((1, 1, 1)), np.zeros((1, 1)), np.ones((1, 1)), one)
    with pytest.raises(ImpossibleEvidence, match="no cause of the knowledge base"):
        posterior(one, Bedside(nothing, (None,)))


def test_the_compiled_version_tells_what_nothing_can_bring() -> None:
    network = invented_network(np.random.default_rng(1), causes=3, findings=2, parents=2)
    network.link[:, 0], network.leak[0] = 0, 0
    with pytest.raises(ImpossibleEvidence, match="no cause of the knowledge base"):
        FastExact(network).posterior(np.full(3, 0.1), Evidence(("f00",), (), None))


def test_a_cause_alone_follows_bayes() -> None:
    network = invented_network(np.random.default_rng(2), causes=1, findings=1, parents=1)
    network.link[0, 0], network.leak[0] = 0.8, 0.1
    found = FastExact(network).posterior(np.array([0.25]), Evidence(("f00",), (), None))
    likely, unlikely = 0.25 * (1 - 0.2 * 0.9), 0.75 * 0.1  # by hand
    assert found.prevalent[0, 0] == pytest.approx(likely / (likely + unlikely), abs=1e-12)
    assert found.at_work[0, 0] == pytest.approx(0.25 * 0.8 / (likely + unlikely), abs=1e-12)
