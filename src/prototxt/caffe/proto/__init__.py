"""Messages of Caffe's schema: `from prototxt.caffe.proto import caffe_pb2`."""
