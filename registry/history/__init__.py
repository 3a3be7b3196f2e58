"""Who changed what in the registry, when and why: written with the change, never changed afterwards, and taken back."""
