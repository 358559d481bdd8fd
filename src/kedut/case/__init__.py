"""One person: answers, values and measured features become findings."""
