"""prototxt-shapes on a weights file: what it holds, and the definition of the net in it."""

from __future__ import annotations

from prototxt.cli.printing import print_line, print_table, print_warnings, screen, write_text
from prototxt.errors import PrototxtError
from prototxt.frontend.stored_net import extract_definition, stored_definition
from prototxt.views.columns import WIDE, plain_text
from prototxt.views.weights_file import contents_csv, contents_json, contents_markdown, contents_table
from prototxt.weights.contents import read_weights_contents

__all__ = ["extract", "show_weights"]


def extract(file: str, target: str) -> None:
    """Write the definition of the net that a .caffemodel holds to a new file, in today's form."""
    definition = extract_definition(file, target)
    print_warnings(definition.notes)
    print_line(f"{target}: {len(definition.message.layer):,} layers")


def show_weights(file: str, form: str, output: str | None) -> None:
    """Print what a weights file holds."""
    contents = read_weights_contents(file)
    has_net, about = _about_definition(file)
    if form == "json":
        write_text(contents_json(contents, has_net), output)
    elif form == "csv":
        write_text(contents_csv(contents), output)
    elif form == "markdown":
        write_text(contents_markdown(contents), output)
    elif output is None:
        print_table(contents_table(contents, screen().width, about))
    else:
        write_text(plain_text(contents_table(contents, WIDE, about)) + "\n", output)


def _about_definition(file: str) -> tuple[bool, str]:
    try:
        definition = stored_definition(file)
    except PrototxtError as error:
        return False, f"its definition of the net cannot be read: {error.what}"
    if definition is None:
        return False, "the file holds weights, but no definition of a net"
    return True, "the file holds the definition of its net too: --extract net.prototxt writes it"
