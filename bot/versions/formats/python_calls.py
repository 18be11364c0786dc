"""The arguments of a call that make a version of the incremental package: ``Version("widget", 24, 7, 0, release_candidate=1)``.

Those after the package's name are one place, since which of them there are changes with the version.
"""

from __future__ import annotations

import ast
import re

from packaging.version import Version

from bot.versions.formats.python_literals import position_of
from bot.versions.formats.text import Span, line_starts, replace_spans

_KEYWORDS = ("release_candidate", "prerelease", "post", "dev")
_FORMATS = {"release_candidate": "rc{}", "prerelease": "rc{}", "post": ".post{}", "dev": ".dev{}"}
_NUMBERS = 3
_NUMBER = re.compile(r"\d{1,9}")


def read_arguments(text: str) -> str | None:
    """The version that the arguments say, None when one of them is no plain number or none of those that say it."""
    found = _split(text)
    if found is None:
        return None
    numbers, keywords = found
    said = {name: value for name, (_, _, value) in keywords.items() if value != "None"}
    if "release_candidate" in said and "prerelease" in said:
        return None
    release = ".".join(text[span.start : span.end] for span in numbers)
    return release + "".join(_FORMATS[name].format(said[name]) for name in _KEYWORDS if name in said)


def write_arguments(text: str, version: Version) -> str | None:
    """``text`` with the arguments of ``version``; None when they cannot say it. A keyword that it has no number for goes."""
    found = _split(text)
    is_sayable = not version.epoch and version.local is None and not any(version.release[_NUMBERS:])
    if found is None or not is_sayable or (version.pre is not None and version.pre[0] != "rc"):
        return None
    numbers, keywords = found
    release = (*version.release, 0, 0)[:_NUMBERS]
    changes = [(span, str(number)) for span, number in zip(numbers, release, strict=True)]
    candidate = "prerelease" if "prerelease" in keywords else "release_candidate"
    wanted = {candidate: version.pre[1] if version.pre else None, "post": version.post, "dev": version.dev}
    new = [f"{name}={number}" for name, number in wanted.items() if number is not None and name not in keywords]
    end = numbers[-1].end
    for name, (whole, value, before) in keywords.items():
        number = wanted.get(name)
        if number is not None:
            changes.append((value, str(number)))
        elif before != "None" and new:
            changes.append((whole, new.pop(0)))
        elif before != "None":
            changes.append((Span(end, whole.end), ""))
        end = whole.end
    if new:
        changes.append((Span(len(text), len(text)), "".join(f", {argument}" for argument in new)))
    return replace_spans(text, changes)


def _split(text: str) -> tuple[list[Span], dict[str, tuple[Span, Span, str]]] | None:
    """The spans of the three numbers, and of each keyword as a whole, its value, and what that is."""
    body = f"f({text}\n)"
    try:
        tree = ast.parse(body, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(tree, ast.Call) or len(tree.args) != _NUMBERS:
        return None
    starts = line_starts(body)
    numbers = [_span(body, starts, argument) for argument in tree.args]
    keywords = {}
    for keyword in tree.keywords:
        value = _span(body, starts, keyword.value)
        if keyword.arg not in _KEYWORDS or not re.fullmatch(r"\d{1,9}|None", text[value.start : value.end]):
            return None
        keywords[keyword.arg] = _span(body, starts, keyword), value, text[value.start : value.end]
    is_plain = len(keywords) == len(tree.keywords) and all(
        _NUMBER.fullmatch(text[span.start : span.end]) for span in numbers
    )
    return (numbers, keywords) if is_plain else None


def _span(body: str, starts: list[int], node: ast.expr | ast.keyword) -> Span:
    """Where ``node`` stands in the arguments, two characters before where it stands in the call."""
    start = position_of(body, starts, node.lineno, node.col_offset)
    return Span(start - 2, position_of(body, starts, node.end_lineno or 1, node.end_col_offset or 0) - 2)
