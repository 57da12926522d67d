"""How each kind of layer makes one value: a file for each kind, a table by layer class."""
