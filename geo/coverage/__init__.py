"""Who is covered within some minutes' walk, and where nobody is."""
