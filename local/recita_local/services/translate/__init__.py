"""Amazon Translate on the laptop: Apertium, pivoting through Spanish."""
