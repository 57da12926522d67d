"""prototxt: an interpreter for Caffe networks in NumPy."""
