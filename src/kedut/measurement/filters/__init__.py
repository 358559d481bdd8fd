"""Interference taken out of recordings, and what carries a twitch brought out."""
