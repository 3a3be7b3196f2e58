"""Taking one change back, whatever of the registry it was of."""
