"""prototxt-export at work."""

from __future__ import annotations

import json
from dataclasses import asdict

from prototxt.cli.actions.requests import ExportRequest
from prototxt.cli.nets import graph_options, new_warnings, read_net
from prototxt.cli.printing import print_line, print_table, print_warnings, write_text
from prototxt.cli.weights import about_weights, missing_weights, weights_files
from prototxt.export.onnx.report import ExportReport
from prototxt.export.onnx.table import export_table, export_text
from prototxt.export.onnx.write import export_onnx
from prototxt.frontend.net_options import NetOptions
from prototxt.net import Net
from prototxt.util.files import check_folder


def execute(request: ExportRequest) -> None:
    """Write the file, and print what every layer became."""
    check_folder(request.output)
    definition = read_net(request.net, strict=request.choice.strict)
    options = graph_options(request.choice, request.seed)
    own = NetOptions.of(options, keep="outputs", reshape_weights=request.reshape_weights)
    net = Net(definition, own, weights_files(request.weights))
    untrained = [f"weights: {about_weights(net)}"] if net.loaded is None else []
    print_warnings([*new_warnings(net.graph, definition), *untrained, *missing_weights(net)])
    report = export_onnx(
        net,
        request.output,
        opset=request.opset,
        batch=request.batch,
        fold=request.fold,
        keep_losses=request.keep_losses,
        outputs=request.outputs or None,
        check=request.check,
    )
    print_warnings(report.notes)
    if request.form == "json":
        write_text(json.dumps(asdict(report), indent=2), None)
    else:
        _print(report)


def _print(report: ExportReport) -> None:
    print_table(export_table(report))
    for line in export_text(report):
        print_line(line)
