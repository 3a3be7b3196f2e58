"""Photos of AEDs: what officers took of a cabinet, small, and with nothing in it but the picture."""
