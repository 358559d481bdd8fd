"""Finding twitches in recordings."""
