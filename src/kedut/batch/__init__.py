"""Many rows or files in partitions, each done once."""
