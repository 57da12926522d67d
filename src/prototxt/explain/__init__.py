"""What a layer does and what one value is made of, with this net's own numbers."""
