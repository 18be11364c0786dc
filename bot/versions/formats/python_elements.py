"""The elements of a tuple that is joined with dots into the version: ``(1, 2, 0, "rc", 1)`` is 1.2.0rc1, ``(1, 2, 0)`` final.

Such a tuple changes its length with the version, so all of its elements are one place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from packaging.version import Version

from bot.versions.formats.python_literals import position_of
from bot.versions.formats.text import Span, line_starts, replace_spans

MOST_ELEMENTS = 8
_ELEMENT = re.compile(r"""(?P<number>\d{1,9})|(?P<quote>["'])(?P<text>[0-9A-Za-z]{1,20})(?P=quote)""")
_WORD = re.compile(r"(?P<word>[A-Za-z]+)(?P<number>\d*)")
_LONG = {"a": "alpha", "b": "beta"}


def read_elements(text: str) -> list[str] | None:
    """What the elements say, each without its quotes; None when one is no plain number or short word."""
    found = _split(text)
    return [match["number"] or match["text"] for _, match in found] if found else None


def join_elements(text: str) -> str | None:
    """The version they say when they are joined with dots, None when they say none."""
    said = read_elements(text)
    return ".".join(said) if said else None


def write_elements(text: str, version: Version, *, pads: bool = True) -> str | None:
    """``text`` with the elements of ``version``, every one that stays where it is; None when they cannot say it.

    Where it ``pads``, there are as many numbers as before at least.
    """
    found = _split(text)
    if not found or version.epoch or version.local is not None:
        return None
    spans = [span for span, _ in found]
    old = [match[0] for _, match in found]
    new = _elements(version, [match for _, match in found], pads=pads)
    same = min(len(old), len(new))
    changes = [(span, text_of) for span, text_of in zip(spans[:same], new[:same], strict=True)]
    if len(new) > same:
        changes[-1] = (spans[same - 1], ", ".join(new[same - 1 :]))
    elif len(old) > same:
        changes.append((Span(spans[same - 1].end, spans[-1].end), ""))
    return replace_spans(text, changes)


def _elements(version: Version, old: Sequence[re.Match[str]], *, pads: bool) -> list[str]:
    numbers = [match for match in old if match["number"]]
    quoted = next((match["quote"] for match in old if match["quote"]), '"')
    bare = bool(numbers)
    words = [match for match in (_WORD.fullmatch(match["text"] or "") for match in old) if match is not None]
    fused = any(word["number"] for word in words)
    known = {word["word"].lower() for word in words}
    before = next((at for at, match in enumerate(old) if _WORD.fullmatch(match["text"] or "")), len(old))
    release = [*version.release, *[0] * (before - len(version.release) if pads else 0)]
    said = []
    for at, number in enumerate(release):
        # One that is a string beside plain numbers stays one.
        quote = old[at]["quote"] or "" if at < before else "" if bare else quoted
        said.append(f"{quote}{number}{quote}")
    for word, number in _markers(version, is_long=not known.isdisjoint(_LONG.values())):
        if fused:
            said.append(f"{quoted}{word}{number}{quoted}")
        else:
            said += [f"{quoted}{word}{quoted}", str(number) if bare else f"{quoted}{number}{quoted}"]
    return said


def _markers(version: Version, *, is_long: bool) -> list[tuple[str, int]]:
    markers: list[tuple[str, int]] = []
    if version.pre is not None:
        level, number = version.pre
        markers.append((_LONG.get(level, level) if is_long else level, number))
    if version.post is not None:
        markers.append(("post", version.post))
    if version.dev is not None:
        markers.append(("dev", version.dev))
    return markers


def _split(text: str) -> list[tuple[Span, re.Match[str]]] | None:
    """The elements with their spans; comments may stand between them."""
    try:
        tree = ast.parse(f"({text}\n,)", mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(tree.body, ast.Tuple) or not 2 <= len(tree.body.elts) <= MOST_ELEMENTS:
        return None
    body = f"({text}\n,)"
    starts = line_starts(body)
    found = []
    for element in tree.body.elts:
        start = position_of(body, starts, element.lineno, element.col_offset)
        end = position_of(body, starts, element.end_lineno or 1, element.end_col_offset or 0)
        match = _ELEMENT.fullmatch(body[start:end])
        if match is None:
            return None
        found.append((Span(start - 1, end - 1), match))
    return found if found[0][1]["number"] or found[0][1]["text"].isdigit() else None
