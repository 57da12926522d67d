"""Options as Caffe's own tools take them: `-model net.prototxt`, `-iterations=10`, with one dash or two."""

from __future__ import annotations

import click

from prototxt.cli.command import Command


class OneDashCommand(Command):
    """A command whose long options may be written with one dash as well."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        names = {name for param in self.get_params(ctx) for name in param.opts if name.startswith("--")}
        return super().parse_args(ctx, [_two_dashes(arg, names) for arg in args])


def _two_dashes(arg: str, names: set[str]) -> str:
    is_one_dash = arg.startswith("-") and f"-{arg.partition('=')[0]}" in names
    return f"-{arg}" if is_one_dash else arg
