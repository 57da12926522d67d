"""Layers as calls of Keras, channels last: `layers` is keras.layers, `ops` keras.ops.

`call` chooses the rule by the layer's class; `rules/` has one function per layer type.
"""
