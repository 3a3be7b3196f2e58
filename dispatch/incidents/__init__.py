"""An incident's life between the pure core and the journal: who is looked for, decided and told."""
