"""Findings and probabilities become an urgency and actions."""
