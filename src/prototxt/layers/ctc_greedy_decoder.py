"""CTCGreedyDecoder: the text that the best label of every step spells."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Array, Shape, count
from prototxt.layers.base import Cost, Layer
from prototxt.layers.common.ctc import Line, as_steps, blank_label, check_lines, merged, read_lines
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np

NONE = -1
"""The label after the last one of a line."""


@layer("CTCGreedyDecoder", bottoms=(1, 2), fork="crnn")
class CTCGreedyDecoder(Layer):
    """Takes the best label of every step, drops repetitions and blanks, and so reads each line of text.

    Formula:
        best[t, n] = argmax over c of x[t, n, c], of equal scores the first
        line n: the best[t, n] that are not the blank and, with ctc_merge_repeated, not best[t - 1, n]
        1 bottom: y[n] = line n, filled up with -1
        2 bottoms: y[0] = 1 - mean over n of d(line n, labels n) / max(length of line n, of labels n), 0 for two
        empty ones, d being the least number of labels to insert, delete or replace; y[1] = share of lines with d = 0

    Shapes:
        x: T x N x C (further axes of 1), labels: N x any
        y: N x T x 1 x 1; with labels 1 x 2 x 1 x 1

    Pitfalls:
        A letter that comes twice needs a blank between. Scores need no Softmax: only their order counts. The blank
        is class 0 unless `blank_index` says otherwise; a negative one is the last class. Blanks and numbers below 0
        among the labels only fill up their rows.

    Example:
        layer {
          name: "result" type: "CTCGreedyDecoder" bottom: "fc1x" top: "result"
          ctc_decoder_param { blank_index: 0 ctc_merge_repeated: true }
        }

    Source: Graves et al., Connectionist Temporal Classification, 2006; ctc_decoder_layer.cpp of caffe_ocr.
    """

    kind = "answer"
    golden = "only the source text of the fork is available; the tests read lines by hand"

    def setup(self, param: LayerParameter) -> None:
        self.blank_index: int = param.ctc_decoder_param.blank_index
        self.merge: bool = param.ctc_decoder_param.ctc_merge_repeated

    def shapes(self, bottom: Sequence[Shape]) -> list[Shape]:
        steps, lines, classes = as_steps(bottom[0])
        blank_label(self.blank_index, classes)
        if len(bottom) == 1:
            return [(lines, steps, 1, 1)]
        check_lines(*bottom)
        return [(1, 2, 1, 1)]

    def steps_kept(self, scores: Array) -> list[list[int]]:
        """For each line the steps whose best labels are its text."""
        steps, lines, classes = as_steps(scores.shape)
        blank = blank_label(self.blank_index, classes)
        best = scores.reshape(steps, lines, classes).argmax(axis=2)
        return [merged(best[:, n].tolist(), blank, merge=self.merge) for n in range(lines)]

    def lines(self, scores: Array) -> list[Line]:
        """The labels of each line."""
        steps, lines, classes = as_steps(scores.shape)
        best = scores.reshape(steps, lines, classes).argmax(axis=2)
        return [tuple(best[kept, n].tolist()) for n, kept in enumerate(self.steps_kept(scores))]

    def forward(self, bottom: Sequence[Array], params: Sequence[Array]) -> list[Array]:
        lines, (shape,) = self.lines(bottom[0]), self.shapes([x.shape for x in bottom])
        if len(bottom) == 1:
            y = np.full(shape, NONE, np.float32)
            for n, line in enumerate(lines):
                y[n, : len(line), 0, 0] = line
            return [y]
        classes = as_steps(bottom[0].shape)[2]
        wanted = read_lines(bottom[1], classes, blank_label(self.blank_index, classes))
        return [np.array(accuracies(lines, wanted), np.float32).reshape(shape)]

    def cost(self, bottom: Sequence[Shape], top: Sequence[Shape]) -> Cost:
        """Cost of the best labels; what it takes to compare lines depends on their lengths."""
        steps, lines, classes = as_steps(bottom[0])
        return Cost(comparisons=steps * lines * (classes + 1) + sum(map(count, bottom[1:])))

    def brief(self, bottom: Sequence[Shape]) -> str:
        return f"T={as_steps(bottom[0])[0]}"


def accuracies(lines: Sequence[Line], wanted: Sequence[Line]) -> tuple[float, float]:
    """The accuracy by edit distance and the share of right lines; 0 of no lines."""
    number = max(len(lines), 1)
    wrong = sum(
        distance(line, truth) / max(len(line), len(truth), 1)
        for line, truth in zip(lines, wanted, strict=True)
    )
    right = sum(line == truth for line, truth in zip(lines, wanted, strict=True))
    return (len(lines) - wrong) / number, right / number


def distance(a: Line, b: Line) -> int:
    """Levenshtein's edit distance: the least number of labels to insert, delete or replace."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        corner, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (x != y))
    return row[-1]
