"""Files, caches, lazy imports, limits: what every folder may use and what knows nothing of nets."""
