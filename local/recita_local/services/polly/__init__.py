"""Amazon Polly on the laptop: Kokoro-82M, or espeak-ng where its voices are missing."""
