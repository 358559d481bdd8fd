"""Invented persons whose truth is known."""
