"""Caffe's messages, as `from caffe.proto import caffe_pb2` has them."""

TRAIN, TEST = 0, 1
