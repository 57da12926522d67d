"""A net, or one of its layers, in the terms of other programs."""
