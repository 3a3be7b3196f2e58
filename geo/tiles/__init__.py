"""Streets and districts as vector tiles."""
