"""System prompts, one file a task."""
