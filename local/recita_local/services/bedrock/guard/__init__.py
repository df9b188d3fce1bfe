"""Guardrail policies, evaluated by patterns, checksums and sentence embeddings."""
