"""What is erased when its time is over."""
