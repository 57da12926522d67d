"""Which class is an image of? LeNet reads a digit, AlexNet looks at a balloon.

    python examples/pycaffe/classification.py

A net takes numbers in the form that it was trained on. Transformer makes them from an image as `caffe.io.load_image`
reads it: H x W x K, RGB, values from 0 to 1. What it does is done in this order: resize to the input's size,
transpose, swap channels, raw_scale, minus mean, input_scale.
"""

from pathlib import Path

import numpy as np

import prototxt.caffe as caffe

EXAMPLES = Path(__file__).resolve().parents[1]


def show_best(prob, labels=None):
    """The five best classes, best first."""
    for place in prob.argsort()[::-1][:5]:
        print(f"  {prob[place]:.6f}  {labels[place] if labels else f'class {place}'}")


caffe.set_mode_cpu()

# LeNet knows gray digits of 28 x 28, their values divided by 256, and no mean.
net = caffe.Net(str(EXAMPLES / "lenet.prototxt"), str(EXAMPLES / "lenet.caffemodel"), caffe.TEST)
transformer = caffe.io.Transformer({"data": net.blobs["data"].data.shape})
transformer.set_transpose("data", (2, 0, 1))  # H x W x K becomes K x H x W
transformer.set_raw_scale("data", 255)  # from 0..1 to 0..255
transformer.set_input_scale("data", 1 / 256)

image = caffe.io.load_image(str(EXAMPLES / "digit.png"), color=False)
net.blobs["data"].data[...] = transformer.preprocess("data", image)
output = net.forward()
print("digit.png, LeNet:")
show_best(output["prob"][0], ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])

# AlexNet takes colours as B, G, R, less the mean colour of its training images. It comes without weights here: pass
# those of a model zoo as second argument of Net. Until then its weights are random, and so is what it says.
net = caffe.Net(str(EXAMPLES / "alexnet.prototxt"), caffe.TEST)
transformer = caffe.io.Transformer({"data": net.blobs["data"].data.shape})
transformer.set_transpose("data", (2, 0, 1))
transformer.set_channel_swap("data", (2, 1, 0))  # RGB becomes BGR
transformer.set_raw_scale("data", 255)
transformer.set_mean("data", np.array([104, 117, 123]))  # B, G, R

image = caffe.io.load_image(str(EXAMPLES / "balloon.png"))
net.blobs["data"].data[...] = transformer.preprocess("data", image)
output = net.forward()
print("balloon.png, AlexNet with random weights:")
show_best(output["prob"][0])
