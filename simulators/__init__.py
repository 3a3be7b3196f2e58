"""A 120 system, phones and a city that play against the running service."""
