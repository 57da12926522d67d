"""prototxt-run."""
