"""What keeps the service within bounds, and what it counts."""
