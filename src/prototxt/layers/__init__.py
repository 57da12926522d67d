"""One room per layer type; importing `registry` imports every room."""
