"""What every command of the registry shares: its options, who is at the terminal, how a line is printed there."""
