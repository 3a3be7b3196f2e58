"""What can help: AEDs, rescuers, certificates; who is usable at a given time."""
