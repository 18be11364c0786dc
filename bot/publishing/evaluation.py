"""What an expression is worth when only part of its contexts is known.

A value is either known or :class:`Unknown`. Nothing unknown is ever guessed; where one operand decides whatever the
other may be (``false && needs.x.outputs.y``), the answer is known all the same.

Rules of comparison and coercion:
https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#operators
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bot.publishing.expressions import (
    BadExpressionError,
    Binary,
    Call,
    Literal,
    Member,
    Name,
    Node,
    Not,
    parse_template,
    render_expression,
)
from bot.publishing.truth import Truth

MAX_TEXT = 20_000
"""Length of a text that an expression may make (``format`` and ``join`` can multiply what they are given)."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only the run will have. ``truth`` may be known even so; ``because`` quotes what hides it."""

    because: tuple[str, ...]
    truth: Truth = Truth.UNKNOWN


@dataclass(frozen=True, slots=True)
class Record:
    """An object. A member that is not listed is ``null`` when the record is complete, else unknown."""

    members: Mapping[str, Value] = field(default_factory=dict)
    complete: bool = True

    def get(self, name: str) -> Value | None:
        """The member of that name, compared without case; ``None`` when it is not listed or null."""
        lowered = name.lower()
        return next((value for key, value in self.members.items() if key.lower() == lowered), None)

    def lists(self, name: str) -> bool:
        """Whether the member is listed at all."""
        return any(key.lower() == name.lower() for key in self.members)


Value: TypeAlias = "bool | float | str | tuple[Value, ...] | Record | Unknown | None"


@dataclass(frozen=True, slots=True)
class Scope:
    """The contexts an expression may read, and what ``success()`` would answer where it stands.

    Contexts that are not listed (``vars``, ``secrets``, ``matrix``, ``steps`` ...) are unknown.
    """

    contexts: Mapping[str, Value]
    success: Truth = Truth.TRUE

    def get(self, name: str) -> Value:
        """The context of that name, compared without case."""
        lowered = name.lower()
        return self.contexts[lowered] if lowered in self.contexts else Unknown((name,))


def truth_of(value: Value) -> Truth:
    """Whether a value counts as true: everything but ``false``, ``0``, ``''``, ``null`` and ``NaN``."""
    if isinstance(value, Unknown):
        return value.truth
    if isinstance(value, float):
        return Truth.of(value != 0 and not math.isnan(value))
    if isinstance(value, tuple | Record):
        return Truth.TRUE
    return Truth.of(value)


def evaluate(node: Node, scope: Scope) -> Value:
    """The value of an expression.

    Raises:
        BadExpressionError: it calls a function with too few arguments.
    """
    result: Value
    match node:
        case Literal():
            result = node.value
        case Name():
            result = scope.get(node.name)
        case Member():
            result = _member(node, scope)
        case Call():
            result = _call(node, scope)
        case Not():
            result = _not(evaluate(node.operand, scope))
        case Binary():
            result = _binary(node, scope)
    return result


def interpolate(text: str, scope: Scope) -> Value:
    """The value of text with ``${{ }}`` in it: the expression's own value when there is nothing else, else text.

    Raises:
        BadExpressionError: an expression in it is malformed.
    """
    template = parse_template(text)
    if template.only is not None:
        return evaluate(template.only, scope)
    literal = any(isinstance(part, str) and part for part in template.parts)
    made: list[str] = []
    unknown: list[str] = []
    for part in template.parts:
        value = part if isinstance(part, str) else evaluate(part, scope)
        if isinstance(value, Unknown):
            unknown += value.because
        else:
            made.append(_text(value))
    if unknown:
        return Unknown(_few(unknown), Truth.TRUE if literal else Truth.UNKNOWN)
    return "".join(made)[:MAX_TEXT]


def render_text(text: str, scope: Scope) -> str:
    """Text with every ``${{ }}`` replaced by what it is worth, or by ``$?`` where that is not known."""
    try:
        parts = parse_template(text).parts
        values = [part if isinstance(part, str) else evaluate(part, scope) for part in parts]
    except BadExpressionError:
        return text.replace("${{", "$?")
    return "".join("$?" if isinstance(value, Unknown) else _text(value) for value in values)


def _few(because: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """At most three different reasons, each short: they end up in a sentence."""
    shortened = (" ".join(reason.split())[:100] for reason in because)
    return tuple(dict.fromkeys(shortened))[:3]


def _not(value: Value) -> Value:
    truth = ~truth_of(value)
    if truth is Truth.UNKNOWN and isinstance(value, Unknown):
        return Unknown(value.because)
    return truth is Truth.TRUE


def _member(node: Member, scope: Scope) -> Value:
    target = evaluate(node.target, scope)
    key = Unknown(("*",)) if node.key is None else evaluate(node.key, scope)
    if isinstance(target, Record) and not isinstance(key, Unknown):
        name = _text(key)
        if target.complete or target.lists(name):
            return target.get(name)
    elif not isinstance(target, Unknown) and not isinstance(key, Unknown):
        return _item(target, key)
    return Unknown(_few((render_expression(node),)))


def _item(target: Value, key: Value) -> Value:
    """``list[number]``; anything else that is no object has no members."""
    if isinstance(target, tuple) and isinstance(key, float) and key.is_integer() and 0 <= key < len(target):
        return target[int(key)]
    return None


def _binary(node: Binary, scope: Scope) -> Value:
    left, right = evaluate(node.left, scope), evaluate(node.right, scope)
    if node.operator in {"&&", "||"}:
        return _choose(node.operator, left, right)
    unknown = [reason for value in (left, right) if isinstance(value, Unknown) for reason in value.because]
    if unknown:
        return Unknown(_few(unknown))
    return _compare(node.operator, left, right)


def _choose(operator: str, left: Value, right: Value) -> Value:
    """``&&`` and ``||``: they give back one of their operands, so an unknown left still fixes the truth at times."""
    decides = Truth.FALSE if operator == "&&" else Truth.TRUE
    truth = truth_of(left)
    if not isinstance(left, Unknown) or truth is not Truth.UNKNOWN:
        return left if truth is decides else right
    combined = truth & truth_of(right) if operator == "&&" else truth | truth_of(right)
    because = left.because + (right.because if isinstance(right, Unknown) else ())
    return Unknown(_few(because), combined)


def _compare(operator: str, left: Value, right: Value) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        a: str | float = left.lower()
        b: str | float = right.lower()
    elif isinstance(left, Record | tuple) and isinstance(right, Record | tuple):
        # Objects and lists are equal only to themselves; one expression cannot name the same one twice and gain by it.
        return operator == "!=" if operator in {"==", "!="} else False
    else:
        a, b = _number(left), _number(right)
    return _COMPARISONS[operator](a, b)


_COMPARISONS: dict[str, Callable[[str | float, str | float], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,  # type: ignore[operator]  # _compare gives both the same type
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
    ">": lambda a, b: a > b,  # type: ignore[operator]
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
}


def _number(value: Value) -> float:
    if isinstance(value, str):
        return _parse_number(value.strip())
    if isinstance(value, float | bool):
        return float(value)
    return 0.0 if value is None else math.nan


def _parse_number(text: str) -> float:
    if not text:
        return 0.0
    try:
        return float(int(text, 16)) if text.startswith("0x") else float(text)
    except (ValueError, OverflowError):
        return math.nan


def _text(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case str():
            return value
        case tuple():
            return "Array"
        case _:
            return "Object"


def _call(node: Call, scope: Scope) -> Value:
    if node.function in _STATUS:
        return _STATUS[node.function](scope)
    arguments = tuple(evaluate(argument, scope) for argument in node.arguments)
    if node.function in {"hashfiles", "tojson"}:
        return Unknown(_few((render_expression(node),)), Truth.UNKNOWN)
    known = _FUNCTIONS.get(node.function)
    if known is None:  # GitHub adds functions from time to time; one we do not know is no error of the workflow.
        return Unknown(_few((render_expression(node),)))
    least, function = known
    if len(arguments) < least:
        raise BadExpressionError(f"{node.function} needs {least} arguments")
    unknown = [reason for value in arguments if isinstance(value, Unknown) for reason in value.because]
    return Unknown(_few(unknown)) if unknown else function(arguments)


def _success(scope: Scope) -> Value:
    if scope.success is Truth.UNKNOWN:
        return Unknown(("success()",))
    return scope.success is Truth.TRUE


# A release is planned on the assumption that nothing fails and nobody cancels; what then runs is the question.
_STATUS: dict[str, Callable[[Scope], Value]] = {
    "success": _success,
    "always": lambda _: True,
    "failure": lambda _: False,
    "cancelled": lambda _: False,
}
STATUS_FUNCTIONS = frozenset(_STATUS)
"""Functions whose presence anywhere in an ``if:`` removes the implicit ``success() &&``."""


def _contains(arguments: tuple[Value, ...]) -> Value:
    within, item = arguments[:2]
    if isinstance(within, tuple):
        return any(not isinstance(member, Unknown) and _compare("==", member, item) for member in within)
    return _text(item).lower() in _text(within).lower()


def _format(arguments: tuple[Value, ...]) -> Value:
    text = _text(arguments[0])
    for number, argument in enumerate(arguments[1:]):
        text = text.replace(f"{{{number}}}", _text(argument))[:MAX_TEXT]
    return text.replace("{{", "{").replace("}}", "}")


def _join(arguments: tuple[Value, ...]) -> Value:
    separator = _text(arguments[1]) if len(arguments) > 1 else ","
    items = arguments[0]
    return separator.join(map(_text, items))[:MAX_TEXT] if isinstance(items, tuple) else _text(items)


def _from_json(arguments: tuple[Value, ...]) -> Value:
    text = _text(arguments[0])
    try:
        return plain_value(json.loads(text)) if len(text) <= MAX_TEXT else Unknown(("fromJSON of a long text",))
    except (ValueError, OverflowError, RecursionError):
        return Unknown(("fromJSON of text that is not JSON",))


def plain_value(plain: object) -> Value:
    """A JSON or YAML value as an expression sees it: numbers are floats, lists tuples, mappings complete records."""
    match plain:
        case None | bool() | str():
            return plain
        case int() | float():
            return float(plain)
        case list():
            return tuple(plain_value(item) for item in plain)
        case dict():
            return Record({str(key): plain_value(item) for key, item in plain.items()})
        case _:
            return Unknown(("an odd value",))


_FUNCTIONS: dict[str, tuple[int, Callable[[tuple[Value, ...]], Value]]] = {
    "contains": (2, _contains),
    "startswith": (2, lambda a: _text(a[0]).lower().startswith(_text(a[1]).lower())),
    "endswith": (2, lambda a: _text(a[0]).lower().endswith(_text(a[1]).lower())),
    "format": (1, _format),
    "join": (1, _join),
    "fromjson": (1, _from_json),
}
