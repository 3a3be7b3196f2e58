"""Where things are and how long the walk is: numbers in, numbers out."""
