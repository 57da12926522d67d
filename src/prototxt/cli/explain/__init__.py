"""prototxt-explain."""
