"""Tiles of the pages' map."""
