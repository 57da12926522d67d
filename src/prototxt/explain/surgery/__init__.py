"""Changes to a net and comparisons of nets."""
