"""Version literals in Python files, found by reading the syntax tree; nothing is ever executed or imported."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot.versions.formats.text import Span, line_starts
from bot.versions.project import ProjectCode, ProjectRefused
from bot.versions.sentences import Quoted

# One string token without escapes. Adjacent strings, f-strings and bytes are no plain literals.
_LITERAL = re.compile(r"""[rRuU]?(?P<quote>\"{3}|'{3}|"|')(?P<text>[^"'\\\r\n]*)(?P=quote)""")
# As Hatch does, the "v" of "v1.2.0" is left where it is.
_LEADING_V = re.compile(r"[vV](?=\d)")


@dataclass(frozen=True, slots=True)
class Literal:
    """A string assigned to a variable at the top of a module.

    Attributes:
        name: the variable.
        line: line of the string, counted from 1.
        text: what stands between the quotes, without a ``v`` before the digits; None when it is no plain literal.
        span: where that stands.
    """

    name: str
    line: int
    text: str | None
    span: Span


def list_literals(path: str, body: str, names: Collection[str]) -> list[Literal]:
    """Every assignment of a constant string to one of ``names`` at module level, in the order of the file.

    Plain, annotated and chained assignments count (``a: str = "1"``, ``a = b = "1"``); values that are computed do not.

    Raises:
        ProjectRefused: the file is not Python (of the version this program runs on), or nested beyond reason.
    """
    tree = parse(path, body)
    starts = line_starts(body)
    return [read_literal(body, starts, name, value) for name, value in _assignments(tree, names)]


def parse(path: str, body: str) -> ast.Module:
    """The syntax tree of a stranger's module.

    Raises:
        ProjectRefused: the file is not Python (of the version this program runs on), or nested beyond reason.
    """
    try:
        with warnings.catch_warnings():
            # A stranger's invalid escape sequence is no concern of ours.
            warnings.simplefilter("ignore")
            return ast.parse(body)
    except SyntaxError as error:
        line = error.lineno
    except (ValueError, RecursionError, MemoryError):
        # Null bytes; nesting beyond what the parser takes. It checks its own depth, so that it never crashes.
        line = None
    raise ProjectRefused(ProjectCode.NOT_PYTHON, Quoted(path), " cannot be read as Python.", path=path, line=line)


def _assignments(tree: ast.Module, names: Collection[str]) -> Iterator[tuple[str, ast.Constant]]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        else:
            continue
        bound = (target.id for target in targets if isinstance(target, ast.Name) and target.id in names)
        name = next(bound, None)
        value = statement.value
        if name is not None and isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield name, value


def read_literal(body: str, starts: list[int], name: str, value: ast.Constant) -> Literal:
    """The string ``value`` that is assigned to ``name``, with its span in ``body``."""
    start = position_of(body, starts, value.lineno, value.col_offset)
    end = position_of(body, starts, value.end_lineno or value.lineno, value.end_col_offset or value.col_offset)
    match = _LITERAL.fullmatch(body, start, end)
    if match is None or match["text"] != value.value:
        return Literal(name, value.lineno, None, Span(start, end))
    prefix = _LEADING_V.match(match["text"])
    begin = match.start("text") + (1 if prefix else 0)
    return Literal(name, value.lineno, body[begin : match.end("text")], Span(begin, match.end("text")))


def position_of(body: str, starts: list[int], line: int, column: int) -> int:
    """Position in characters of a column, which ``ast`` counts in bytes of UTF-8."""
    start = starts[line - 1]
    end = starts[line] if line < len(starts) else len(body)
    return start + len(body[start:end].encode()[:column].decode())
