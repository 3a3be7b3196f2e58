"""Where new AEDs should stand."""
