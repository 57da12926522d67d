"""Groups of options: one dataclass of values per group, one heading in --help; and the type of file names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import wraps
from typing import Any  # what click hands to a command: the values of its options, of any type

import click

Command = Callable[..., None]
Decorator = Callable[[Command], Command]

HEADINGS: dict[click.Parameter, str] = {}
"""The heading in --help of each option that is in a group."""


def file_name(text: str) -> str:
    """A file's name as it is; click.BadParameter for an empty one, such as an unset shell variable."""
    if not text:
        raise click.BadParameter("the file name is empty")
    return text


def option_group(argument: str, heading: str, choice: type, options: Sequence[Decorator]) -> Decorator:
    """A decorator that gives a command these options, and passes their values as one `argument`.

    `choice` is a dataclass whose fields have the names of the options; --help lists them below `heading`.
    """
    names = {field.name for field in fields(choice)}

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_choice(**given: Any) -> None:
            own = {name: given.pop(name) for name in names}
            command(**{argument: choice(**own)}, **given)

        decorated: Command = with_choice
        for option in reversed(options):
            decorated = option(decorated)
        for param in vars(decorated)["__click_params__"]:
            if param.name in names:
                HEADINGS[param] = heading
        return decorated

    return decorate
