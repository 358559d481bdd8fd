"""Findings become probabilities; what to ask next; how sure we are."""
