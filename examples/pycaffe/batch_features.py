"""Features of many images: 500 numbers that LeNet makes of each, in batches, saved for other programs.

    python examples/pycaffe/batch_features.py [FOLDER]

writes features.npz to FOLDER.
"""

import sys
from pathlib import Path

import numpy as np

import prototxt.caffe as caffe

EXAMPLES = Path(__file__).resolve().parents[1]
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else ".")

net = caffe.Net(str(EXAMPLES / "lenet.prototxt"), str(EXAMPLES / "lenet.caffemodel"), caffe.TEST)

# Eleven images, here the digit moved a little, upside down, and noise. Files would be read by caffe.io.load_image each.
digit = caffe.io.load_image(str(EXAMPLES / "digit.png"), color=False)
images = [np.roll(digit, (y, x), axis=(0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
images += [digit[::-1, ::-1], np.random.RandomState(0).rand(28, 28, 1).astype(np.float32)]

transformer = caffe.io.Transformer({"data": net.blobs["data"].data.shape})
transformer.set_transpose("data", (2, 0, 1))
transformer.set_raw_scale("data", 255)
transformer.set_input_scale("data", 1 / 256)
data = np.array([transformer.preprocess("data", image) for image in images])

# Four images a forward: give the input that batch, and every other blob follows.
net.blobs["data"].reshape(4, *data.shape[1:])
net.reshape()

# forward_all takes any number of them: it fills up the last batch, and leaves out what it has filled up with. `blobs`
# names what is wanted besides the outputs. ip1 is read as it is at the end, after the ReLU that works in place.
out = net.forward_all(blobs=["ip1"], data=data)
np.savez(FOLDER / "features.npz", features=out["ip1"], prob=out["prob"])

print(f"{len(images)} images in batches of 4: features {out['ip1'].shape}, prob {out['prob'].shape}")
unit = out["ip1"] / np.linalg.norm(out["ip1"], axis=1, keepdims=True)
likeness = unit @ unit[4]  # cosines with the digit itself
for i, (cosine, scores) in enumerate(zip(likeness, out["prob"])):
    print(f"image {i:2}: class {scores.argmax()}, like the digit {cosine:.3f}")
