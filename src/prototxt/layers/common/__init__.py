"""Parts that several layer types share: windows, axes, losses, labels."""
