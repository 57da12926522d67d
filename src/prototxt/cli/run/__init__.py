"""The command prototxt-run."""
