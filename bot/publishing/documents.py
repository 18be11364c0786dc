"""Workflow files as plain values: YAML 1.2, built from parser events so that hostile text stays cheap.

The values are built here and not by a YAML constructor because the text comes from a stranger's repository: every
node is counted, an alias counts as much as what it repeats (so that a few lines cannot unfold to millions of nodes),
depth is bounded before Python's own recursion is, and no tag can construct anything. Scalars follow the YAML 1.2 core
schema (https://yaml.org/spec/1.2.2/#103-core-schema), in which ``on`` is a string.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from bot.publishing.quoting import quoted

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
"""What a YAML document is made of here."""

MAX_CHARACTERS = 512 * 1024
"""Size of a workflow file beyond which it is not read (GitHub's own limit is of this order)."""

MAX_NODES = 50_000
"""Scalars, lists and mappings a document may have, aliases unfolded; a long scalar counts as several."""

_CHARACTERS_PER_NODE = 64

MAX_DEPTH = 64
"""How deep lists and mappings may nest."""

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,20}|0x[0-9a-fA-F]{1,16}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,40}|[0-9]{1,40}(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,3})?")


class UnreadableDocumentError(Exception):
    """The text is not a document we read; the message is one clause saying why."""


@dataclass
class _Open:
    """A list or mapping whose end has not come yet."""

    value: list[Plain] | dict[str, Plain]
    anchor: str | None
    size: int = 1
    key: str | None = None
    has_key: bool = False


@dataclass
class _Builder:
    """Turns parser events into values, counting as it goes."""

    anchors: dict[str, tuple[Plain, int]] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: list[Plain] = field(default_factory=list)
    nodes: int = 0

    def take(self, event: Event) -> None:
        """Consume one event.

        Raises:
            UnreadableDocumentError: a limit was passed, or the document means nothing as a workflow.
        """
        match event:
            case ScalarEvent():
                self._place(_resolve(event), 1 + len(event.value) // _CHARACTERS_PER_NODE, event.anchor)
            case MappingStartEvent():
                self._open({}, event.anchor)
            case SequenceStartEvent():
                self._open([], event.anchor)
            case CollectionEndEvent():
                done = self.stack.pop()
                self._place(done.value, done.size, done.anchor, counted=True)
            case AliasEvent():
                if event.anchor not in self.anchors:
                    raise UnreadableDocumentError("it uses an alias before its anchor is complete")
                value, size = self.anchors[event.anchor]
                self._place(value, size, None)
            case _:  # the beginning or end of the stream or of a document
                pass

    def _open(self, value: list[Plain] | dict[str, Plain], anchor: str | None) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise UnreadableDocumentError(f"it nests deeper than {MAX_DEPTH} levels")
        self._count(1)
        self.stack.append(_Open(value, anchor))

    def _count(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise UnreadableDocumentError(f"it has more than {MAX_NODES} values")

    def _place(self, value: Plain, size: int, anchor: str | None, *, counted: bool = False) -> None:
        if not counted:
            self._count(size)
        if anchor is not None:
            self.anchors[anchor] = (value, size)
        if not self.stack:
            self.root.append(value)
            return
        parent = self.stack[-1]
        parent.size += size
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.has_key:
            _put(parent.value, str(parent.key), value)
            parent.has_key = False
        else:
            parent.key, parent.has_key = _key(value), True


def _put(mapping: dict[str, Plain], key: str, value: Plain) -> None:
    if key in mapping:
        raise UnreadableDocumentError(f"the key {quoted(key, 40)} is defined twice")
    mapping[key] = value


def _key(value: Plain) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    raise UnreadableDocumentError("a key is not a plain word")


def _resolve(event: ScalarEvent) -> Plain:
    """The value of a scalar in the core schema; quoted and block scalars are always text."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _INTEGER.fullmatch(text):
        return int(text, 0 if text[:2] in {"0o", "0x"} else 10)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _events(text: str) -> Iterator[Event]:
    parser: Any = YAML(typ="safe", pure=True)  # ruamel.yaml's parse() is not annotated
    yield from parser.parse(text)


def read_document(text: str) -> dict[str, Plain]:
    """The mapping that a workflow file holds.

    Raises:
        UnreadableDocumentError: it is too large, not YAML, or not one mapping. Nothing else is raised, whatever the text.
    """
    if len(text) > MAX_CHARACTERS:
        raise UnreadableDocumentError(f"it is longer than {MAX_CHARACTERS // 1024} KiB")
    builder = _Builder()
    try:
        for event in _events(text):
            builder.take(event)
    except YAMLError as error:
        raise UnreadableDocumentError(f"it is not YAML ({_where(error)})") from error
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError, AssertionError) as error:
        # The YAML parser has bugs of its own on malformed directives and escapes; to us they all mean the same.
        raise UnreadableDocumentError("it is not YAML") from error
    if len(builder.root) != 1:
        raise UnreadableDocumentError("it is empty" if not builder.root else "it holds more than one document")
    root = builder.root[0]
    if not isinstance(root, dict):
        raise UnreadableDocumentError("it is not a mapping")
    return root


def _where(error: YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark is not None else "malformed"
