"""Images and datums as Caffe's scripts handle them. Source: caffe/python/caffe/io.py."""
