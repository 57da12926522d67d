"""A net written in Python: LeNet by NetSpec, to a prototxt file, and run.

    python examples/pycaffe/netspec_lenet.py [FOLDER]

writes lenet_netspec.prototxt to FOLDER.
"""

import sys
from pathlib import Path

import prototxt.caffe as caffe

L, P = caffe.layers, caffe.params  # in Caffe's tutorials: from caffe import layers as L, params as P

EXAMPLES = Path(__file__).resolve().parents[1]
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else ".")


def lenet(batch_size):
    """Every attribute of a NetSpec is a layer and its top, by the attribute's name."""
    n = caffe.NetSpec()
    xavier = dict(type="xavier")
    n.data = L.Input(shape=[dict(dim=[batch_size, 1, 28, 28])])
    n.conv1 = L.Convolution(n.data, kernel_size=5, num_output=20, weight_filler=xavier)
    n.pool1 = L.Pooling(n.conv1, kernel_size=2, stride=2, pool=P.Pooling.MAX)
    n.conv2 = L.Convolution(n.pool1, kernel_size=5, num_output=50, weight_filler=xavier)
    n.pool2 = L.Pooling(n.conv2, kernel_size=2, stride=2, pool=P.Pooling.MAX)
    n.ip1 = L.InnerProduct(n.pool2, num_output=500, weight_filler=xavier)
    n.relu1 = L.ReLU(n.ip1, in_place=True)
    n.ip2 = L.InnerProduct(n.relu1, num_output=10, weight_filler=xavier)
    n.prob = L.Softmax(n.ip2)
    return n.to_proto()  # a message, NetParameter; str() writes it as prototxt


path = FOLDER / "lenet_netspec.prototxt"
message = lenet(batch_size=2)
path.write_text(str(message))
print(f"{path.name}: {len(message.layer)} layers; the second of them:")
print(message.layer[1])

# Layers find their weights by name, and these are named as those of examples/lenet.prototxt.
net = caffe.Net(str(path), caffe.TEST, weights=str(EXAMPLES / "lenet.caffemodel"))
digit = caffe.io.load_image(str(EXAMPLES / "digit.png"), color=False)[:, :, 0] * 255 / 256
net.blobs["data"].data[0, 0] = digit
net.blobs["data"].data[1, 0] = digit[::-1, ::-1]  # upside down
prob = net.forward()["prob"]
for name, scores in zip(["the digit", "upside down"], prob):
    print(f"{name}: {scores.argmax()}, {scores.max():.4f}")
