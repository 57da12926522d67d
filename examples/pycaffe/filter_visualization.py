"""What does a net look for, and what does it see? LeNet's first filters and its maps of a digit, as pictures.

    python examples/pycaffe/filter_visualization.py [FOLDER]

writes filters.png and maps.png to FOLDER.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import prototxt.caffe as caffe

EXAMPLES = Path(__file__).resolve().parents[1]
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else ".")


def tile(pictures, zoom):
    """N pictures of H x W as one: a square of tiles with a white line between them."""
    low, high = pictures.min(), pictures.max()
    pictures = (pictures - low) / (high - low)  # one scale of gray for all, so that they can be compared
    side = int(np.ceil(np.sqrt(len(pictures))))
    missing = side * side - len(pictures)
    pictures = np.pad(pictures, ((0, missing), (0, 1), (0, 1)), constant_values=1)
    height, width = pictures.shape[1:]
    rows = pictures.reshape(side, side, height, width).transpose(0, 2, 1, 3)
    grid = rows.reshape(side * height, side * width)
    return np.kron(grid, np.ones((zoom, zoom)))  # every value a square of zoom x zoom pixels


def save(name, pictures, zoom):
    grid = tile(pictures, zoom)
    Image.fromarray((255 * grid).astype(np.uint8)).save(FOLDER / name)
    print(f"{name}: {len(pictures)} pictures of {pictures.shape[1]} x {pictures.shape[2]}")


net = caffe.Net(str(EXAMPLES / "lenet.prototxt"), str(EXAMPLES / "lenet.caffemodel"), caffe.TEST)

for name, blob in net.blobs.items():
    print(f"{name:6} {tuple(blob.data.shape)}")
for name, params in net.params.items():
    print(f"{name:6} weights {tuple(params[0].data.shape)}, bias {tuple(params[1].data.shape)}")

# The kernels of a layer are its first parameter: outputs x inputs x height x width. LeNet's input has one channel.
save("filters.png", net.params["conv1"][0].data[:, 0], zoom=8)

# The maps are what the layer makes of an image: they are in its blob after a forward.
image = caffe.io.load_image(str(EXAMPLES / "digit.png"), color=False)
net.blobs["data"].data[...] = image.transpose(2, 0, 1) * 255 / 256
net.forward()
save("maps.png", net.blobs["conv1"].data[0], zoom=4)
