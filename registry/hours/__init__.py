"""Opening hours as people write them, in OSM's syntax, and whether they are open at a time. Pure."""
