"""What an officer does to an AED: add, move, describe, and take a change back."""
