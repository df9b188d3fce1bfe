"""Engines that answer at once: valid, the same for the same input, and of no other use."""
