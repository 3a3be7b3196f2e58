"""The append-only record of incidents, and what is read from it."""
