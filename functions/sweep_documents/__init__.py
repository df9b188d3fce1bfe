"""Finds what was lost and mends it."""
