"""How a city's 120 speaks: dialects turn its messages into ours, and our answers and callbacks into its words."""
