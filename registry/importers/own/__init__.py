"""Exports of this product coming back: read to the letter, each record under its own list and its own id."""
