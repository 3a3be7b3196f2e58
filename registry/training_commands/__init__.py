"""`registry courses`: a course from its planning to its certificates."""
