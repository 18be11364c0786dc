"""Whether an edit of a Python file changed the intended constants and nothing else."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import zip_longest

from bot.versions.formats.python_literals import parse, position_of
from bot.versions.formats.text import Span, line_of, line_starts, replace_spans
from bot.versions.project import ProjectRefused


def is_exact_python(
    path: str, before: str, after: str, changes: Iterable[tuple[Span, str]], elsewhere: Iterable[tuple[Span, str]] = ()
) -> bool:
    """Whether the two syntax trees differ in exactly the constants that were to change.

    Args:
        path: the file.
        before: its text.
        after: its text after the edit.
        changes: spans of ``before`` inside constants, each with what stands there afterwards.
        elsewhere: more changes, which may also lie in comments.
    """
    try:
        old, new = parse(path, before), parse(path, after)
    except ProjectRefused:
        return False
    expected = _expect(before, old, list(changes), list(elsewhere))
    if expected is None:
        return False
    waiting: list[tuple[ast.AST | None, ast.AST | None]] = [(old, new)]
    while waiting:
        one, other = waiting.pop()
        if not _agree(one, other, expected):
            return False
        if one is not None and other is not None and id(one) not in expected:
            waiting += zip_longest(ast.iter_child_nodes(one), ast.iter_child_nodes(other))
    return True


def _expect(
    body: str, tree: ast.Module, changes: list[tuple[Span, str]], elsewhere: list[tuple[Span, str]]
) -> dict[int, object] | None:
    """The new value of each constant that is to change by the identity of its node; None when one lies in no constant."""
    starts = line_starts(body)
    lines = {line_of(body, span.start) for span, _ in (*changes, *elsewhere)}
    constants = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and _touches(node, lines)]
    spans = [(node, _span(body, starts, node)) for node in constants]
    inside: dict[int, tuple[Span, list[tuple[Span, str]]]] = {}
    calls: dict[int, object] = {}
    for change in (*changes, *elsewhere):
        span = change[0]
        home = next(((n, whole) for n, whole in spans if whole.start <= span.start and span.end <= whole.end), None)
        if home is not None:
            inside.setdefault(id(home[0]), (home[1], []))[1].append(change)
        elif (row := _find_row(body, starts, tree, span)) is not None:
            inside[id(row)] = (span, [change])
        elif (call := _find_call(body, starts, tree, span)) is not None:
            calls[id(call)] = _with_arguments(call, _place(body, starts, span.start), change[1])
        elif change in changes:
            return None
    try:
        return calls | {node: _evaluate(body, whole, own) for node, (whole, own) in inside.items()}
    except (ValueError, SyntaxError):
        # Part of an f-string, which is no constant of its own.
        return None


def _find_row(body: str, starts: list[int], tree: ast.Module, span: Span) -> ast.Tuple | ast.List | None:
    """The tuple or list whose elements, all of them, stand in ``span``."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Tuple, ast.List)) and len(node.elts) > 1:
            first, last = (_span(body, starts, element) for element in (node.elts[0], node.elts[-1]))
            if (first.start, last.end) == (span.start, span.end):
                return node
    return None


def _find_call(body: str, starts: list[int], tree: ast.Module, span: Span) -> ast.Call | None:
    """The call whose last arguments, several of them, stand in ``span``."""
    start, end = (_place(body, starts, position) for position in (span.start, span.end))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) + len(node.keywords) > 1:
            arguments: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
            if max(map(_end, arguments)) == end and start in map(_start, arguments):
                return node
    return None


def _with_arguments(call: ast.Call, start: tuple[int, int], text: str) -> object:
    """What ``call`` is once ``text`` stands for its arguments from ``start`` on; None, as nothing is, if that is no Python."""
    try:
        new = ast.parse(f"f({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(new, ast.Call):
        return None
    kept = [argument for argument in call.args if _start(argument) < start]
    keywords = [keyword for keyword in call.keywords if _start(keyword) < start]
    return ast.dump(ast.Call(call.func, kept + new.args, keywords + new.keywords))


def _place(body: str, starts: list[int], position: int) -> tuple[int, int]:
    """A position as ``ast`` counts: the line, and the column in bytes of UTF-8."""
    line = bisect_right(starts, position)
    return line, len(body[starts[line - 1] : position].encode())


def _start(node: ast.expr | ast.keyword) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr | ast.keyword) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0


def _says(node: ast.AST) -> str | None:
    """The value of a constant, or of a row of them, in a form that tells 1, 1.0 and True apart."""
    try:
        value = ast.literal_eval(node) if isinstance(node, ast.expr) else None
    except (ValueError, TypeError, RecursionError):
        return None
    return repr(tuple(value) if isinstance(value, list) else value)


def _evaluate(body: str, whole: Span, changes: list[tuple[Span, str]]) -> object:
    """The value of the constant at ``whole`` after the changes in it."""
    shifted = [(Span(span.start - whole.start, span.end - whole.start), text) for span, text in changes]
    return ast.literal_eval("(" + replace_spans(body[whole.start : whole.end], shifted) + ")")


def _touches(node: ast.Constant, lines: set[int]) -> bool:
    return any(node.lineno <= line <= (node.end_lineno or node.lineno) for line in lines)


def _span(body: str, starts: list[int], node: ast.expr) -> Span:
    return Span(
        position_of(body, starts, node.lineno, node.col_offset),
        position_of(body, starts, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset),
    )


def _agree(old: ast.AST | None, new: ast.AST | None, expected: dict[int, object]) -> bool:
    if old is None or new is None or type(old) is not type(new):
        return False
    if id(old) in expected and isinstance(old, ast.Call):
        return ast.dump(new) == expected[id(old)]
    if id(old) in expected:
        return _says(new) == repr(expected[id(old)])
    return all(_same(one, other) for one, other in zip_longest(_leaves(old), _leaves(new)))


def _leaves(node: ast.AST) -> Iterator[object]:
    for _, value in ast.iter_fields(node):
        if isinstance(value, list):
            yield tuple(item if not isinstance(item, ast.AST) else type(item) for item in value)
        elif not isinstance(value, ast.AST):
            yield value


def _same(one: object, other: object) -> bool:
    # 1, 1.0 and True are equal but not the same constant, and NaN is not even equal to itself.
    return type(one) is type(other) and repr(one) == repr(other)
