"""Probabilities become an expected course and a date to look again."""
