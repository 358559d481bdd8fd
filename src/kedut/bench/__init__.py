"""How often we are right and how fast: on published cases, invented people, and a clock."""
