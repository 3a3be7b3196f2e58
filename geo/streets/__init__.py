"""The streets one can walk: read, built, kept in one file, and how points get onto them."""
