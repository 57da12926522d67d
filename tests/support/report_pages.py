"""Shared by the tests of the report: an empty page, and the contents of a written one."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import dataclass
from html.parser import HTMLParser
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from prototxt.blobs import Array
from prototxt.frontend.load import Options, define_net, outline
from prototxt.page.write import Content, Limits, Written, write_page
from support.golden import ROOT

TYPES = (ROOT / "web" / "src" / "types.ts").read_text()

PAGE = (
    b"<!doctype html><html><head><title>x</title></head>"
    b"<body><p>before</p><!--prototxt-report-data--></body></html>"
)


class Scripts(HTMLParser):
    """The script elements of a page, as a browser finds them; all other text apart."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: dict[str, str] = {}
        self.tags: list[str] = []
        self.outside = ""
        self._id: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "script":
            self._id = dict(attrs).get("id") or ""
            assert self._id not in self.scripts
            self.scripts[self._id] = ""

    def handle_endtag(self, tag: str) -> None:
        self._id = None if tag == "script" else self._id

    def handle_data(self, data: str) -> None:
        if self._id is None:
            self.outside += data
        else:
            self.scripts[self._id] += data


@dataclass(frozen=True)
class Read:
    """A written page, read back."""

    document: dict[str, Any]
    scripts: dict[str, str]
    tags: list[str]
    outside: str

    def values(self, entry: dict[str, Any]) -> Array:
        """What a blob or a parameter of the document holds."""
        data = entry["data"]
        numbers = np.frombuffer(
            b64decode(self.scripts[data["id"]]), np.dtype(data["dtype"]).newbyteorder("<")
        )
        assert numbers.size == prod(entry["shape"])
        return numbers.astype(np.float32).reshape(entry["shape"]) * np.float32(data.get("scale", 1))


def read_page(path: Path) -> Read:
    parser = Scripts()
    parser.feed(path.read_text(encoding="utf-8"))
    document = json.loads(parser.scripts["report"])
    return Read(document, parser.scripts, parser.tags, parser.outside)


def written(path: Path, content: Content, limits: Limits | None = None) -> tuple[Read, Written]:
    done = write_page(path, content, limits or Limits(), PAGE)
    return read_page(path), done


def content(text: str) -> Content:
    """The shapes of a net's text."""
    return Content(outline(define_net(text, "net.prototxt"), Options()))


def interface(name: str) -> set[str]:
    """The fields of an interface of the contract that must be there."""
    match = re.search(rf"export interface {name}(?: extends \w+)? {{(.*?)\n?}}\n", TYPES, re.DOTALL)
    assert match, name
    own = re.sub(r"/\*\*.*?\*/|{[^}]*}", "", match[1], flags=re.DOTALL)
    return set(re.findall(r"(\w+):", own))


def optional(name: str) -> set[str]:
    match = re.search(rf"export interface {name} {{(.*?)\n}}\n", TYPES, re.DOTALL)
    assert match, name
    return set(re.findall(r"(\w+)\?:", match[1]))


def check_entry(entry: dict[str, Any], name: str) -> None:
    assert interface(name) <= entry.keys() <= interface(name) | optional(name), name
