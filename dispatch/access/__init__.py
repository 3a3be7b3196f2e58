"""Who may ask: tokens, signatures, 120's integrations, and how often."""
