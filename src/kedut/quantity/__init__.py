"""A number with its range, grade and sources; imports nothing of ours."""
