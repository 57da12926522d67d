"""Pictures as PNG: maps of a blob, filters, a net's input, boxes and classes on an image."""
