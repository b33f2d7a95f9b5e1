"""Findings in the forms that people and tools read; pure functions."""
