"""Drawn pictures: the body map, the nerve areas, how it works inside, and tests to do oneself."""
