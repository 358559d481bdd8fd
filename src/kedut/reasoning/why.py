"""Which causes an answer would move: the reason a question is asked."""

from __future__ import annotations

from kedut.knowledge.knowledge_base import Knowledge
from kedut.reasoning.inference import Inference
from kedut.reasoning.network import network_of

_NAMED = 3


def separates(knowledge: Knowledge, inference: Inference, finding: str) -> tuple[str, ...]:
    """Give the causes that an answer would move most, the likeliest of those it bears on."""
    network = network_of(knowledge)
    bears: dict[str, float] = {}
    for place, cause in enumerate(inference.causes):
        weight = 0.0
        if finding in network.finding_index:
            weight = float(network.link[place, network.finding_index[finding]])
        elif finding in network.attributes and network.gate[place] > 0:
            column = network.attributes[finding]
            weight = abs(float(network.attribute[place, column] - network.attribute_leak[column]))
        for factor in network.factors.get(finding, ()):
            if factor.cause == place:
                weight = max(weight, abs(factor.present))
        bears[cause] = weight * float(inference.prevalent[place])
    ranked = sorted(bears, key=lambda cause: (-bears[cause], cause))
    return tuple(cause for cause in ranked[:_NAMED] if bears[cause] > 0)
