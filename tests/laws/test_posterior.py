"""Laws of the posterior: they hold for any network and any findings."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kedut.case.case import Case
from kedut.case.finding_space import finding_space
from kedut.knowledge.entities import Kind
from kedut.knowledge.load import ours
from kedut.reasoning.bedside import Evidence
from kedut.reasoning.exact_fast import FastExact
from kedut.reasoning.inference import infer
from kedut.reasoning.network import Network
from tests.reasoning.networks import invented_evidence, invented_network, invented_prior

KNOWLEDGE = ours()
SPACE = finding_space(KNOWLEDGE)
TELLABLE = sorted(
    f.id for f in KNOWLEDGE.findings.values() if f.kind not in (Kind.DEMOGRAPHIC, Kind.COMPOSITE)
)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    told = draw(st.lists(st.sampled_from(TELLABLE), max_size=9, unique=True))
    there = draw(st.lists(st.booleans(), min_size=len(told), max_size=len(told)))
    return Case(
        age=draw(st.none() | st.integers(18, 100)),
        sex=draw(st.sampled_from([None, "female", "male"])),
        present=tuple(f for f, yes in zip(told, there, strict=True) if yes),
        absent=tuple(f for f, yes in zip(told, there, strict=True) if not yes),
    )


@st.composite
def invented(draw: st.DrawFn) -> tuple[Network, np.ndarray, Evidence]:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    network = invented_network(
        random, causes=draw(st.integers(1, 12)), findings=12, parents=draw(st.integers(1, 8))
    )
    evidence = invented_evidence(
        random, network, present=draw(st.integers(0, 6)), absent=draw(st.integers(0, 5))
    )
    return network, invented_prior(random, network), evidence


@given(cases())
def test_every_probability_lies_between_0_and_1(case: Case) -> None:
    found = infer(KNOWLEDGE, SPACE.close(case))
    assert np.all((found.at_work >= 0) & (found.at_work <= found.prevalent))
    assert np.all(found.prevalent <= 1)
    assert np.isfinite(found.log_evidence) or not found.evidence.present


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_findings_does_not_matter(case: Case, random: Random) -> None:
    present, absent = list(case.present), list(case.absent)
    random.shuffle(present)
    random.shuffle(absent)
    one = infer(KNOWLEDGE, SPACE.close(case))
    other = infer(
        KNOWLEDGE, SPACE.close(replace(case, present=tuple(present), absent=tuple(absent)))
    )
    np.testing.assert_array_equal(one.at_work, other.at_work)
    assert one.ranked() == other.ranked()


@given(cases())
def test_with_nothing_present_nothing_is_at_work(case: Case) -> None:
    found = infer(KNOWLEDGE, SPACE.close(replace(case, present=())))
    if not found.evidence.present and not found.evidence.gate:
        assert not found.at_work.any()


@given(invented())
def test_a_finding_nobody_asked_about_changes_nothing(
    told: tuple[Network, np.ndarray, Evidence],
) -> None:
    network, prior, evidence = told
    narrow = [f for f in network.findings if f in evidence.present or f in evidence.absent]
    places = [network.finding_index[f] for f in narrow]
    smaller = replace(
        network,
        findings=tuple(narrow),
        finding_index={f: n for n, f in enumerate(narrow)},
        link=network.link[:, places],
        leak=network.leak[places],
    )
    wide = FastExact(network).posterior(prior, evidence)
    np.testing.assert_allclose(
        FastExact(smaller).posterior(prior, evidence).prevalent, wide.prevalent, atol=1e-12
    )


@given(invented(), st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter(
    told: tuple[Network, np.ndarray, Evidence],
    random: Random,
) -> None:
    network, prior, evidence = told
    present, absent = list(evidence.present), list(evidence.absent)
    random.shuffle(present)
    random.shuffle(absent)
    fast = FastExact(network)
    one = fast.posterior(prior, evidence)
    other = fast.posterior(prior, replace(evidence, present=tuple(present), absent=tuple(absent)))
    np.testing.assert_allclose(one.at_work, other.at_work, atol=1e-12)


@given(invented())
def test_the_order_of_causes_does_not_matter(told: tuple[Network, np.ndarray, Evidence]) -> None:
    network, prior, evidence = told
    turned = replace(
        network,
        link=network.link[::-1],
        gate=network.gate[::-1],
        attribute=network.attribute[::-1],
        variables={name: table[::-1] for name, table in network.variables.items()},
    )
    one = FastExact(network).posterior(prior, evidence)
    other = FastExact(turned).posterior(prior[::-1], evidence)
    np.testing.assert_allclose(one.at_work, other.at_work[::-1], atol=1e-12)


@given(invented(), st.data())
def test_an_absent_finding_is_never_for_a_cause_that_brings_it_alone(
    told: tuple[Network, np.ndarray, Evidence], data: st.DataObject
) -> None:
    network, prior, evidence = told
    unknown = [f for f in network.findings if f not in (*evidence.present, *evidence.absent)]
    finding = data.draw(st.sampled_from(unknown))
    bringing = np.flatnonzero(network.link[:, network.finding_index[finding]])
    if len(bringing) != 1:
        return
    fast = FastExact(network)
    before = fast.posterior(prior, evidence).prevalent
    after = fast.posterior(prior, replace(evidence, absent=(*evidence.absent, finding))).prevalent
    assert after[bringing[0], 0] <= before[bringing[0], 0] + 1e-12
