"""How good a recording is, and where nothing may be counted."""
