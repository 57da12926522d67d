"""The breakdown of one value: every term, subtotal and step."""
