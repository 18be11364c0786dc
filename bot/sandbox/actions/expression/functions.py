"""The functions every expression may call."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.sandbox.actions.expression.syntax import ExpressionError
from bot.sandbox.actions.expression.values import Value, are_equal, is_truthy, to_json, to_string

_FORMAT_PART = re.compile(r"\{\{|\}\}|\{(\d+)\}|[{}]")


@dataclass(frozen=True)
class _Function:
    """A function and how many arguments it takes, at least and at most."""

    call: Callable[[Sequence[Value]], Value]
    at_least: int
    at_most: int


def call_function(name: str, arguments: Sequence[Value]) -> Value:
    """Call a function by its name, which ignores case. Raises ExpressionError for an unknown one or a wrong count.

    `hashFiles` is unknown here on purpose: it reads a runner's disk, and the sandbox's jobs have none of their own.
    """
    function = _FUNCTIONS.get(name.casefold())
    if function is None:
        raise ExpressionError(f"Unrecognized function: '{name}'")
    if len(arguments) < function.at_least:
        raise ExpressionError(f"Too few parameters supplied: {name}")
    if len(arguments) > function.at_most:
        raise ExpressionError(f"Too many parameters supplied: {name}")
    return function.call(arguments)


def _contains(arguments: Sequence[Value]) -> bool:
    """A list holds an equal item, or a text holds another; both ignore case."""
    search, item = arguments
    if isinstance(search, list):
        return any(are_equal(member, item) for member in search)
    return not isinstance(search, dict) and to_string(item).casefold() in to_string(search).casefold()


def _starts_with(arguments: Sequence[Value]) -> bool:
    return to_string(arguments[0]).casefold().startswith(to_string(arguments[1]).casefold())


def _ends_with(arguments: Sequence[Value]) -> bool:
    return to_string(arguments[0]).casefold().endswith(to_string(arguments[1]).casefold())


def _format(arguments: Sequence[Value]) -> str:
    """`{0}` names an argument; `{{` and `}}` stand for braces; any other brace is an error."""
    template, *values = arguments

    def replace(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if match[1] is None:
            raise ExpressionError(f"The following format string is invalid: {to_string(template)}")
        if int(match[1]) >= len(values):
            raise ExpressionError(
                f"The following format string references more arguments than were supplied: {template}"
            )
        return to_string(values[int(match[1])])

    return _FORMAT_PART.sub(replace, to_string(template))


def _join(arguments: Sequence[Value]) -> str:
    """The members of a list with a separator (a comma unless given); a single value stays as it is."""
    separator = to_string(arguments[1]) if len(arguments) > 1 else ","
    items = arguments[0]
    if isinstance(items, list):
        return separator.join(to_string(item) for item in items)
    return "" if isinstance(items, dict) else to_string(items)


def _from_json(arguments: Sequence[Value]) -> Value:
    try:
        return json.loads(to_string(arguments[0]))
    except ValueError as error:
        raise ExpressionError(f"Error parsing fromJson: {error}") from error


def _case(arguments: Sequence[Value]) -> Value:
    """`case(condition, value, ..., default)`: the value of the first condition that is true."""
    if len(arguments) % 2 == 0:
        raise ExpressionError("case needs an odd number of parameters")
    pairs = zip(arguments[0:-1:2], arguments[1:-1:2], strict=True)
    return next((value for condition, value in pairs if is_truthy(condition)), arguments[-1])


_FUNCTIONS = {
    "contains": _Function(_contains, 2, 2),
    "startswith": _Function(_starts_with, 2, 2),
    "endswith": _Function(_ends_with, 2, 2),
    "format": _Function(_format, 1, 255),
    "join": _Function(_join, 1, 2),
    "tojson": _Function(lambda arguments: to_json(arguments[0]), 1, 1),
    "fromjson": _Function(_from_json, 1, 1),
    "case": _Function(_case, 3, 255),
}
