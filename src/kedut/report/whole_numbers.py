"""Chances as whole numbers in words, for every report."""

from __future__ import annotations

from kedut.knowledge.chance_words import in_words

__all__ = ["in_words"]
