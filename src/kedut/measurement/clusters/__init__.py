"""Twitches put together by their source."""
