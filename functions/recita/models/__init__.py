"""What flows between steps, and what consumers read."""
