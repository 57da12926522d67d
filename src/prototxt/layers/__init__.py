"""Layer types, one file each; `registry` imports them by name."""
