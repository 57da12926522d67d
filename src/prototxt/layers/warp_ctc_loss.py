"""WarpCTCLoss: how unlikely scores make the lines of text that they should spell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.errors import LayerError
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.ctc import Line, as_steps, blank_label, check_lines, read_lines
from prototxt.layers.common.loss import scalar
from prototxt.layers.registry import layer
from prototxt.layers.softmax import softmax_cost
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("WarpCTCLoss", bottoms=2, loss=True, fork="crnn")
class WarpCTCLoss(Layer):
    """The loss of CTC: minus the logarithm of the probability that the steps spell the right line, on the average.

    Formula:
        p[t, n] = softmax over the classes of x[t, n]
        P(line) = sum, over all rows of T labels that become the line when repetitions are merged and then blanks
            are left out, of the product over t of p[t, n, label t]
        y = 1 / N * sum over n of -log P(labels n); a line that is too long for T steps counts as 0

    Shapes:
        x: T x N x C (further axes of 1), labels: N x any, filled up with blanks
        y: a single number without axes

    Pitfalls:
        The layer has the softmax in itself: a Softmax before it is one too many. The blank is class 0, unless
        `blank_index` of ctc_decoder_param says otherwise as in a CTCGreedyDecoder. A line with the same label twice in
        a row takes a step more, for the blank between.

    Example:
        layer { name: "ctcloss" type: "WarpCTCLoss" bottom: "fc1x" bottom: "label" top: "ctcloss" }

    Source: Graves et al., Connectionist Temporal Classification, 2006; Baidu's warp-ctc, which the layer calls.
    """

    kind = "answer"
    golden = "the fork calls a library on GPUs; the tests sum over all rows of labels"

    def setup(self, param: LayerParameter) -> None:
        self.blank_index: int = param.ctc_decoder_param.blank_index

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        steps, _, classes = as_steps(bottom[0])
        if not steps:
            raise LayerError(
                f"needs scores of at least 1 step, got {format_shape(bottom[0])}", field="bottom"
            )
        blank_label(self.blank_index, classes)
        check_lines(*bottom)
        return [()]

    def losses(self, bottom: Sequence[Array]) -> list[float]:
        """The loss of each line."""
        x = bottom[0].reshape(as_steps(bottom[0].shape)).astype(np.float64)
        shifted = x - x.max(axis=2, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
        blank = blank_label(self.blank_index, x.shape[2])
        lines = read_lines(bottom[1], x.shape[2], blank)
        return [line_loss(logs[:, n], line, blank) for n, line in enumerate(lines)]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        losses = self.losses(bottom)
        return scalar(sum(losses) / max(len(losses), 1))

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """The softmax, and three additions of probabilities for each step and label, blanks between included."""
        steps, lines, _ = as_steps(bottom[0])
        states = steps * lines * (2 * (count(bottom[1]) // max(lines, 1)) + 1)
        return softmax_cost(bottom[0]) + Cost(exponentials=4 * states, additions=6 * states)


def line_loss(logs: Array, line: Line, blank: int) -> float:
    """-log P(line) from the logarithms of the probabilities of T steps, T x C; 0 for a line that does not fit.

    The states are the labels with a blank before, between and after them: from step to step a row of labels stays
    in its state or goes to the next one, and may leave out a blank between two labels that differ.
    """
    repeats = sum(a == b for a, b in pairwise(line))
    if len(line) + repeats > len(logs):
        return 0.0
    states = np.full(2 * len(line) + 1, blank)
    states[1::2] = line
    skips = np.zeros(len(states), np.bool_)
    skips[3::2] = states[3::2] != states[1:-2:2]
    reached = np.full(len(states), -np.inf)
    reached[:2] = logs[0, states[:2]]
    for step in logs[1:]:
        before = np.concatenate([[-np.inf, -np.inf], reached])
        skipped = np.where(skips, before[:-2], -np.inf)
        reached = np.logaddexp(np.logaddexp(reached, before[1:-1]), skipped) + step[states]
    return float(-np.logaddexp.reduce(reached[-2:]))
