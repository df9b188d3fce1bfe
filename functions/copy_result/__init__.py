"""Copies the result of a finished document to a consumer's bucket."""
