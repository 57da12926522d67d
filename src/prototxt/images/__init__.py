"""From an image file to a net's input, and from its output to a label."""
