"""Finds AEDs in the live picture by what an officer asks for, page by page."""
