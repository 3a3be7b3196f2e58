"""How long a walk takes, which way it goes, and how to say so."""
