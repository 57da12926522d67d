"""Which layers run, how they are wired, every shape and cost; no array is allocated here."""
