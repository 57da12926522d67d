"""Six well-known nets as prototxt, written from the structure their papers give, with the usual names of layers.

python benchmarks/nets.py googlenet > googlenet.prototxt
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence


class Draft:
    """A net's text while it grows: each method adds a layer and gives the name of the blob it makes."""

    def __init__(self, name: str, *shape: int) -> None:
        """A net with one input, `data`, of this shape (N x C x H x W)."""
        dims = " ".join(f"dim: {size}" for size in shape)
        self._lines = [f'name: "{name}"']
        self._lines.append(
            f'layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ {dims} }} }} }}'
        )

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def add(self, kind: str, name: str, bottoms: str | Sequence[str], top: str = "", param: str = "") -> str:
        """Any layer; its top has its own name unless `top` says otherwise."""
        bottoms, top = [bottoms] if isinstance(bottoms, str) else bottoms, top or name
        blobs = " ".join([*(f'bottom: "{bottom}"' for bottom in bottoms), f'top: "{top}"'])
        self._lines.append(f'layer {{ name: "{name}" type: "{kind}" {blobs}{param and f" {param}"} }}')
        return top

    def conv(
        self,
        name: str,
        bottom: str,
        num_output: int,
        kernel: int,
        *,
        stride: int = 1,
        pad: int = 0,
        group: int = 1,
        bias: bool = True,
    ) -> str:
        fields = f"num_output: {num_output} kernel_size: {kernel}"
        fields += "".join(
            f" {field}: {value}"
            for field, value, default in (("stride", stride, 1), ("pad", pad, 0), ("group", group, 1))
            if value != default
        )
        fields += "" if bias else " bias_term: false"
        return self.add("Convolution", name, bottom, param=f"convolution_param {{ {fields} }}")

    def relu(self, name: str, blob: str) -> str:
        return self.add("ReLU", name, blob, blob)

    def norm(self, bn: str, scale: str, blob: str, eps: str = "") -> str:
        """BatchNorm with stored statistics and the Scale layer that follows it, in place."""
        fields = f"use_global_stats: true{eps and f' eps: {eps}'}"
        self.add("BatchNorm", bn, blob, blob, f"batch_norm_param {{ {fields} }}")
        return self.add("Scale", scale, blob, blob, "scale_param { bias_term: true }")

    def lrn(self, name: str, bottom: str) -> str:
        return self.add("LRN", name, bottom, param="lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 }")

    def max_pool(self, name: str, bottom: str, kernel: int, stride: int, pad: int = 0) -> str:
        fields = f"pool: MAX kernel_size: {kernel} stride: {stride}" + (f" pad: {pad}" if pad else "")
        return self.add("Pooling", name, bottom, param=f"pooling_param {{ {fields} }}")

    def mean_pool(self, name: str, bottom: str, kernel: int) -> str:
        """AVE with one window: a kernel as large as the image."""
        return self.add(
            "Pooling", name, bottom, param=f"pooling_param {{ pool: AVE kernel_size: {kernel} stride: 1 }}"
        )

    def global_pool(self, name: str, bottom: str) -> str:
        return self.add("Pooling", name, bottom, param="pooling_param { pool: AVE global_pooling: true }")

    def dropout(self, name: str, blob: str, ratio: float = 0.5) -> str:
        return self.add("Dropout", name, blob, blob, f"dropout_param {{ dropout_ratio: {ratio:g} }}")

    def fc(self, name: str, bottom: str, num_output: int) -> str:
        return self.add(
            "InnerProduct", name, bottom, param=f"inner_product_param {{ num_output: {num_output} }}"
        )

    def concat(self, name: str, *bottoms: str) -> str:
        return self.add("Concat", name, bottoms)

    def softmax(self, name: str, bottom: str) -> str:
        return self.add("Softmax", name, bottom)


def fc_head(net: Draft, blob: str) -> None:
    """Two hidden layers of 4096 with dropout, and 1,000 classes: AlexNet's end, and VGG's."""
    for i in (6, 7):
        blob = net.dropout(f"drop{i}", net.relu(f"relu{i}", net.fc(f"fc{i}", blob, 4096)))
    net.softmax("prob", net.fc("fc8", blob, 1000))


def alexnet() -> str:
    """Krizhevsky, Sutskever, Hinton 2012, with Caffe's order of pooling and normalization."""
    net = Draft("AlexNet", 1, 3, 227, 227)
    blob = net.relu("relu1", net.conv("conv1", "data", 96, 11, stride=4))
    blob = net.max_pool("pool1", net.lrn("norm1", blob), 3, 2)
    blob = net.relu("relu2", net.conv("conv2", blob, 256, 5, pad=2, group=2))
    blob = net.max_pool("pool2", net.lrn("norm2", blob), 3, 2)
    blob = net.relu("relu3", net.conv("conv3", blob, 384, 3, pad=1))
    blob = net.relu("relu4", net.conv("conv4", blob, 384, 3, pad=1, group=2))
    blob = net.relu("relu5", net.conv("conv5", blob, 256, 3, pad=1, group=2))
    fc_head(net, net.max_pool("pool5", blob, 3, 2))
    return net.text


def vgg16() -> str:
    """Simonyan, Zisserman 2014, configuration D."""
    net = Draft("VGG-16", 1, 3, 224, 224)
    blob = "data"
    for group, (channels, depth) in enumerate(((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)), 1):
        for i in range(1, depth + 1):
            blob = net.relu(f"relu{group}_{i}", net.conv(f"conv{group}_{i}", blob, channels, 3, pad=1))
        blob = net.max_pool(f"pool{group}", blob, 2, 2)
    fc_head(net, blob)
    return net.text


def inception(net: Draft, name: str, bottom: str, sizes: Sequence[int]) -> str:
    """Four ways side by side; `sizes` are the channels of 1x1, 3x3_reduce, 3x3, 5x5_reduce, 5x5, pool_proj."""

    def conv_relu(part: str, blob: str, num_output: int, kernel: int) -> str:
        blob = net.conv(f"{name}/{part}", blob, num_output, kernel, pad=kernel // 2)
        return net.relu(f"{name}/relu_{part}", blob)

    one, reduce3, three, reduce5, five, proj = sizes
    ways = [conv_relu("1x1", bottom, one, 1)]
    ways.append(conv_relu("3x3", conv_relu("3x3_reduce", bottom, reduce3, 1), three, 3))
    ways.append(conv_relu("5x5", conv_relu("5x5_reduce", bottom, reduce5, 1), five, 5))
    ways.append(conv_relu("pool_proj", net.max_pool(f"{name}/pool", bottom, 3, 1, pad=1), proj, 1))
    return net.concat(f"{name}/output", *ways)


INCEPTIONS = (
    {"3a": (64, 96, 128, 16, 32, 32), "3b": (128, 128, 192, 32, 96, 64)},
    {
        "4a": (192, 96, 208, 16, 48, 64),
        "4b": (160, 112, 224, 24, 64, 64),
        "4c": (128, 128, 256, 24, 64, 64),
        "4d": (112, 144, 288, 32, 64, 64),
        "4e": (256, 160, 320, 32, 128, 128),
    },
    {"5a": (256, 160, 320, 32, 128, 128), "5b": (384, 192, 384, 48, 128, 128)},
)
"""GoogLeNet's modules in three stages, with a pooling between them."""


def googlenet() -> str:
    """Szegedy and others 2014, without the two side classifiers that only training needs."""
    net = Draft("GoogLeNet", 1, 3, 224, 224)
    blob = net.relu("conv1/relu_7x7", net.conv("conv1/7x7_s2", "data", 64, 7, stride=2, pad=3))
    blob = net.lrn("pool1/norm1", net.max_pool("pool1/3x3_s2", blob, 3, 2))
    blob = net.relu("conv2/relu_3x3_reduce", net.conv("conv2/3x3_reduce", blob, 64, 1))
    blob = net.relu("conv2/relu_3x3", net.conv("conv2/3x3", blob, 192, 3, pad=1))
    blob = net.lrn("conv2/norm2", blob)
    for stage, modules in enumerate(INCEPTIONS, 2):
        blob = net.max_pool(f"pool{stage}/3x3_s2", blob, 3, 2)
        for name, sizes in modules.items():
            blob = inception(net, f"inception_{name}", blob, sizes)
    blob = net.dropout("pool5/drop_7x7_s1", net.mean_pool("pool5/7x7_s1", blob, 7), 0.4)
    net.softmax("prob", net.fc("loss3/classifier", blob, 1000))
    return net.text


def fire(net: Draft, name: str, bottom: str, squeeze: int, expand: int) -> str:
    """A 1x1 convolution to few channels, and from them a 1x1 and a 3x3 side by side."""

    def conv_relu(part: str, blob: str, num_output: int, kernel: int) -> str:
        blob = net.conv(f"{name}/{part}", blob, num_output, kernel, pad=kernel // 2)
        return net.relu(f"{name}/relu_{part}", blob)

    few = conv_relu("squeeze1x1", bottom, squeeze, 1)
    ways = [conv_relu("expand1x1", few, expand, 1), conv_relu("expand3x3", few, expand, 3)]
    return net.concat(f"{name}/concat", *ways)


def squeezenet() -> str:
    """Iandola and others 2016, version 1.1."""
    net = Draft("SqueezeNet 1.1", 1, 3, 227, 227)
    blob = net.relu("relu_conv1", net.conv("conv1", "data", 64, 3, stride=2))
    for i, (squeeze, expand) in enumerate(
        ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256)), 2
    ):
        if i in (2, 4, 6):
            blob = net.max_pool(f"pool{i - 1}", blob, 3, 2)
        blob = fire(net, f"fire{i}", blob, squeeze, expand)
    blob = net.relu("relu_conv10", net.conv("conv10", net.dropout("drop9", blob), 1000, 1))
    net.softmax("prob", net.global_pool("pool10", blob))
    return net.text


def separable(net: Draft, name: str, bottom: str, channels: int, num_output: int, stride: int) -> str:
    """A 3x3 of every channel by itself, then a 1x1 across channels, each normalized."""

    def norm_relu(part: str, blob: str) -> str:
        blob = net.norm(f"conv{name}/{part}/bn", f"conv{name}/{part}/scale", blob, eps="1e-5")
        return net.relu(f"relu{name}/{part}", blob)

    blob = net.conv(f"conv{name}/dw", bottom, channels, 3, stride=stride, pad=1, group=channels, bias=False)
    blob = norm_relu("dw", blob)
    return norm_relu("sep", net.conv(f"conv{name}/sep", blob, num_output, 1, bias=False))


def mobilenet() -> str:
    """Howard and others 2017, width 1, 224 x 224."""
    net = Draft("MobileNet v1", 1, 3, 224, 224)
    blob = net.conv("conv1", "data", 32, 3, stride=2, pad=1, bias=False)
    blob = net.relu("relu1", net.norm("conv1/bn", "conv1/scale", blob, eps="1e-5"))
    channels = 32
    for name, num_output, stride in (
        ("2_1", 64, 1), ("2_2", 128, 2), ("3_1", 128, 1), ("3_2", 256, 2), ("4_1", 256, 1), ("4_2", 512, 2),
        *((f"5_{i}", 512, 1) for i in range(1, 6)), ("5_6", 1024, 2), ("6", 1024, 1),
    ):  # fmt: skip
        blob, channels = separable(net, name, blob, channels, num_output, stride), num_output
    net.softmax("prob", net.conv("fc7", net.global_pool("pool6", blob), 1000, 1))
    return net.text


def bottleneck(net: Draft, name: str, bottom: str, channels: int, stride: int, project: bool) -> str:
    """1x1, 3x3, 1x1 to four times the channels, added to the input or to a 1x1 projection of it."""

    def conv_norm(branch: str, blob: str, num_output: int, kernel: int = 1, stride: int = 1) -> str:
        pad, branch = kernel // 2, f"{name}_branch{branch}"
        blob = net.conv(f"res{branch}", blob, num_output, kernel, stride=stride, pad=pad, bias=False)
        return net.norm(f"bn{branch}", f"scale{branch}", blob)

    def relu(blob: str) -> str:
        return net.relu(f"{blob}_relu", blob)

    shortcut = conv_norm("1", bottom, 4 * channels, stride=stride) if project else bottom
    blob = relu(conv_norm("2a", bottom, channels, stride=stride))
    blob = relu(conv_norm("2b", blob, channels, kernel=3))
    return relu(net.add("Eltwise", f"res{name}", [shortcut, conv_norm("2c", blob, 4 * channels)]))


def resnet50() -> str:
    """He and others 2015, with the strides where the first published files have them: on the first 1x1."""
    net = Draft("ResNet-50", 1, 3, 224, 224)
    blob = net.norm("bn_conv1", "scale_conv1", net.conv("conv1", "data", 64, 7, stride=2, pad=3))
    blob = net.max_pool("pool1", net.relu("conv1_relu", blob), 3, 2)
    for stage, (channels, depth) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3)), 2):
        for block in "abcdef"[:depth]:
            first = block == "a"
            stride = 2 if first and stage > 2 else 1
            blob = bottleneck(net, f"{stage}{block}", blob, channels, stride, project=first)
    net.softmax("prob", net.fc("fc1000", net.mean_pool("pool5", blob, 7), 1000))
    return net.text


NETS: dict[str, Callable[[], str]] = {
    "alexnet": alexnet,
    "googlenet": googlenet,
    "squeezenet": squeezenet,
    "mobilenet": mobilenet,
    "resnet50": resnet50,
    "vgg16": vgg16,
}
"""What makes each net's text, by the name to ask for."""


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in NETS:
        raise SystemExit(f"usage: nets.py {'|'.join(NETS)}")
    sys.stdout.write(NETS[sys.argv[1]]())
