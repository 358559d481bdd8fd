"""A recording becomes twitches, then features; no medicine inside."""
