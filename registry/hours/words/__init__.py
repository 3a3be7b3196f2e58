"""What the words about hours mean, one table for each language; each rule has an example."""
