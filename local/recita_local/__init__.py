"""The laptop: AWS APIs with open engines behind them. Never imported by ``functions/``."""
