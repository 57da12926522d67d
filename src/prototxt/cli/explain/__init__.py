"""The command prototxt-explain."""
