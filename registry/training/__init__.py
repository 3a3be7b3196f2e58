"""Courses of first aid: planned, held, who came and passed, and the certificates that are issued on it."""
