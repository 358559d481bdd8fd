"""Assess a twitching calf: findings in, probabilities, urgency, advice and course out."""

__all__ = ["__version__"]

__version__ = "0.1.0"
