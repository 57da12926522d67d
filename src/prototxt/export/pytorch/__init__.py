"""Layers as calls of PyTorch: `nn` is torch.nn, `F` torch.nn.functional.

`call` chooses the rule by the layer's class; `rules/` has one function per layer type.
"""
