"""Tests, and the fakes they share (``from tests.fakes import …``)."""
