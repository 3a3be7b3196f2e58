"""Signing in at an OpenID provider of the city's: what it is asked, what it says, and how far that is believed."""
