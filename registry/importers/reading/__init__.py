"""Reads whatever a list was saved as, told by its content: sheets of rows, and nothing of what they mean."""
