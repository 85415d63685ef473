"""Describes what is not in memory: queries of any engine, by what is known of them and by one bounded computation."""
