"""Calls and answers while the database is away."""
