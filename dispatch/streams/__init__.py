"""Frames to phones and consoles."""
