"""AWS itself on the laptop: ministack in our process, its settings, and what we correct."""
