"""Decoders of untrusted bytes; called only inside the cage."""
