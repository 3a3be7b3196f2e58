"""Callbacks: what happens to an incident told to the 120 system that reported it, in order and until it has heard."""
