"""Tests of what goes along with a question."""
