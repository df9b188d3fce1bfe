"""Gives back the place of an execution that has ended."""
