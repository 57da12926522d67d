"""Where in a large picture is a digit? LeNet, its inner products made convolutions, slides over the whole of it.

    python examples/pycaffe/net_surgery.py [FOLDER]

writes the changed net, lenet_conv.prototxt, to FOLDER.

An InnerProduct on maps of 50 x 4 x 4 is a Convolution whose kernel is 4 x 4: the same numbers multiply the same
weights. On a larger image it gives an answer for every place.
"""

import sys
from pathlib import Path

import numpy as np
from google.protobuf import text_format

import prototxt.caffe as caffe

EXAMPLES = Path(__file__).resolve().parents[1]
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
LENET, WEIGHTS = str(EXAMPLES / "lenet.prototxt"), str(EXAMPLES / "lenet.caffemodel")

# A net's file is a message, here as in Caffe: read it, change the two layers, write it.
message = caffe.proto.caffe_pb2.NetParameter()
text_format.Parse(Path(LENET).read_text(), message)
for layer in message.layer:
    if layer.type == "InnerProduct":
        num_output = layer.inner_product_param.num_output
        layer.ClearField("inner_product_param")
        layer.convolution_param.num_output = num_output
        layer.convolution_param.kernel_size.append(4 if layer.name == "ip1" else 1)
        layer.type = "Convolution"
        layer.name += "-conv"  # another name: it finds no weights of this name in the file
path = str(FOLDER / "lenet_conv.prototxt")
Path(path).write_text(text_format.MessageToString(message))

net = caffe.Net(LENET, WEIGHTS, caffe.TEST)
net_conv = caffe.Net(path, WEIGHTS, caffe.TEST)

# The surgery: the same numbers in another shape. `flat` goes through both in the same order.
for name in ("ip1", "ip2"):
    for old, new in zip(net.params[name], net_conv.params[f"{name}-conv"]):
        print(f"{name}: {tuple(old.data.shape)} becomes {tuple(new.data.shape)}")
        new.data.flat = old.data.flat

# On the digit alone both say the same.
digit = caffe.io.load_image(str(EXAMPLES / "digit.png"), color=False)[:, :, 0] * 255 / 256
scores = net.forward(data=digit[None, None])["prob"][0]
scores_conv = net_conv.forward(data=digit[None, None])["prob"][0, :, 0, 0]
print(f"largest difference on the digit: {np.abs(scores - scores_conv).max():.1e}")

# A picture of 60 x 76 with the digit somewhere in it.
picture = np.zeros((1, 1, 60, 76), np.float32)
picture[0, 0, 16 : 16 + 28, 32 : 32 + 28] = digit
net_conv.blobs["data"].reshape(*picture.shape)
net_conv.reshape()
prob = net_conv.forward(data=picture)["prob"][0]
print(f"a map of scores: {prob.shape[0]} classes x {prob.shape[1]} x {prob.shape[2]} places, 4 pixels apart")
print("how sure of a seven, in percent:")
for row in prob[7]:
    print(" ".join(f"{100 * score:3.0f}" for score in row))
print(f"where the digit is, in row 4 and column 8 of the map: a {prob[:, 4, 8].argmax()}")
