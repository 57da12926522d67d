"""What a net finds in an image: boxes with labels, or a class for every pixel."""
