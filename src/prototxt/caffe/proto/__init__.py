"""Messages of Caffe's schema."""
