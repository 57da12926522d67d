"""A net as an ONNX file: `export_onnx` writes and checks it, `rules/` has one function per layer type."""
