"""Taking an import back: what is kept for it and for how long, what it restores, what stands in the way."""
