"""Bedrock Runtime on a laptop: Converse and ApplyGuardrail, answered by open engines."""
