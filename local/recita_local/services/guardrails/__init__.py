"""Bedrock's guardrail control plane: definitions and versions, kept across restarts."""
