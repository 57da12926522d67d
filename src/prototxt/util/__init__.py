"""Files, caches, lazy imports, limits: helpers that every folder may use and that know nothing of nets."""
