"""What a person noted over weeks, and the trend in it; no medicine."""
