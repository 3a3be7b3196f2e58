"""Versioned wire models: the 120 webhook coming in, and the frames of the streams."""
