"""People who use the service: how they join and sign in, what they consent to, and how they can be reached."""
