"""Values of the expression language and how one kind is read as another.

The rules are those of "Evaluate expressions in workflows and actions"
(https://docs.github.com/en/actions/reference/workflows-and-actions/expressions).
"""

import json
import math
import re
from typing import Any

# What an expression can yield: None, bool, int or float, str, list, dict.
Value = Any

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_RADIX = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")


class Filtered(list[Value]):
    """What `object.*` yields: a list whose members' properties can be taken all at once."""


def is_truthy(value: Value) -> bool:
    """Everything is true except false, 0, -0, NaN, the empty string and null."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return value not in (None, False, 0, "") if not isinstance(value, list | dict) else True


def to_number(value: Value) -> float:
    """A value as the operators see it when kinds differ; what is no number is NaN."""
    if value is None or value == "":
        return 0.0
    if isinstance(value, bool | int | float):
        return _to_float(value)
    if isinstance(value, str):
        return parse_number(value.strip())
    return math.nan


def parse_number(text: str) -> float:
    """A number in JSON's form, hexadecimal or octal; NaN for anything else."""
    if _RADIX.fullmatch(text):
        return _to_float(int(text, 0))
    if _NUMBER.fullmatch(text):
        return float(text)
    return math.nan


def _to_float(number: float) -> float:
    """A number as the language keeps it; what is too large is infinite."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def to_string(value: Value) -> str:
    """A value as it is written into text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(_to_float(value))
    if isinstance(value, str):
        return value
    return "Array" if isinstance(value, list) else "Object"


def _number_text(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return f"{number:.15g}"


def to_json(value: Value) -> str:
    """What `toJSON` writes: indented by two spaces."""
    return json.dumps(_plain(value), indent=2, ensure_ascii=False)


def _plain(value: Value) -> Value:
    """Whole floats as whole numbers, since the language has one kind of number and writes 1, not 1.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, list) else value


def are_equal(left: Value, right: Value) -> bool:
    """Loose equality: strings ignore case, kinds that differ meet as numbers, containers are equal to themselves only."""
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if isinstance(left, list | dict) or isinstance(right, list | dict):
        return left is right
    return to_number(left) == to_number(right)


def compare(left: Value, right: Value) -> int | None:
    """-1, 0 or 1; None when the two have no order, which makes every relational operator false."""
    if isinstance(left, str) and isinstance(right, str):
        first, second = left.casefold(), right.casefold()
        return (first > second) - (first < second)
    one, other = to_number(left), to_number(right)
    if math.isnan(one) or math.isnan(other):
        return None
    return (one > other) - (one < other)


def get_property(value: Value, key: Value) -> Value:
    """`value.key` or `value[key]`; what is not there is null. Names of properties ignore case."""
    if isinstance(value, Filtered):
        found = (get_property(member, key) for member in value)
        return Filtered(member for member in found if member is not None)
    if isinstance(value, dict):
        name = to_string(key).casefold()
        return next((member for own, member in value.items() if own.casefold() == name), None)
    if isinstance(value, list):
        index = to_number(key)
        return value[int(index)] if 0 <= index < len(value) else None
    return None


def filter_members(value: Value) -> Filtered:
    """`value.*`: the members of a list or an object; of members that were filtered before, their members."""
    if isinstance(value, Filtered):
        return Filtered(inner for member in value for inner in filter_members(member))
    if isinstance(value, dict):
        return Filtered(value.values())
    return Filtered(value) if isinstance(value, list) else Filtered()
