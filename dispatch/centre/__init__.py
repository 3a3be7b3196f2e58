"""The feed of the city's operation centre: what happens to calls and AEDs, in counts, of nobody in particular."""
