"""The plain data of templates: what can be asked of it, and what filters, tests and methods make of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

MOST_TEXT = 1_000_000
"""Characters that a template may make of its data."""

_LONGEST_NUMBER = 1_000
_DATE_FORMAT = re.compile(r"(?:[^%\x00-\x1f]|%[aAbBdmyYjp%-][aAbBdmyYj]?){1,60}")
_BETWEEN_WORDS = re.compile(r"([-\s({\[<]+)")

Value = Any
"""Plain data: text, number, truth, None, a list, a table, a date, or a macro of the template."""


class TemplateRefused(Exception):  # noqa: N818 - a refusal on its way to the one who asked, not a fault
    """The template does what is not worked out here; the text names it."""


def show(value: Value) -> str:
    """A value as text; what is not given shows nothing."""
    if value is None:
        return ""
    if isinstance(value, str | bool | int | date):
        return str(value)
    raise TemplateRefused("it shows what is no text")


def list_items(value: Value) -> Sequence[Value]:
    """What a loop goes through: of a table the names."""
    if value is None:
        return ()
    if isinstance(value, Stream):
        return value.take()
    if isinstance(value, Mapping):
        return list(value)
    if isinstance(value, str | list | tuple):
        return value
    raise TemplateRefused("it goes through what is no list")


def find_member(value: Value, name: str) -> Value:
    """What a table holds under a name; nothing else has members."""
    if name.startswith("_") or (isinstance(value, Loop) and name not in value):
        raise TemplateRefused(f"it asks for {name}")
    return value.get(name) if isinstance(value, Mapping) else None


def kind_of(value: Value) -> str:
    """The kind of a value, by which its methods are found."""
    if isinstance(value, Mapping):
        return "table"
    if isinstance(value, date):
        return "date"
    return "text" if isinstance(value, str) else "other"


class Loop(dict[str, Value]):
    """What ``loop`` says within a loop; what else Jinja would say of it is refused."""


def describe_loop(index: int, count: int) -> Loop:
    """What ``loop`` says of its item at ``index``."""
    places = {"index": index + 1, "index0": index, "length": count, "revindex": count - index}
    return Loop({**places, "first": index == 0, "last": index == count - 1})


def _join(value: Value, between: str = "") -> str:
    items = list_items(value)
    if len(items) * len(str(between)) > MOST_TEXT:
        raise TemplateRefused("it makes too much text")
    return str(between).join(show(item) for item in items)


def _title(value: Value) -> str:
    """Each word with a large letter, as Jinja finds words: ``don't`` is one."""
    return "".join(word[:1].upper() + word[1:].lower() for word in _BETWEEN_WORDS.split(show(value)))


def _sort(value: Value, reverse: bool = False) -> list[Value]:
    return sorted(list_items(value), key=_sort_key, reverse=bool(reverse))


def _sort_key(value: Value) -> Value:
    if isinstance(value, list | tuple):
        return [_sort_key(item) for item in value]
    return value.lower() if isinstance(value, str) else value


def _dictsort(value: Value, case_sensitive: bool = False, by: str = "key", reverse: bool = False) -> list[Value]:
    place = 1 if by == "value" else 0
    key: Callable[[list[Value]], Value] = lambda pair: pair[place] if case_sensitive else _sort_key(pair[place])  # noqa: E731
    return sorted(([name, item] for name, item in dict(value).items()), key=key, reverse=bool(reverse))


def _indent(value: str, width: int = 4, first: bool = False) -> str:
    if not 0 <= width <= 20:
        raise TemplateRefused("it indents too far")
    lines = str(value).split("\n")
    pad = " " * width
    shown = [pad + line if line and (first or index) else line for index, line in enumerate(lines)]
    return "\n".join(shown)


def _format_date(value: date, form: str) -> str:
    if not _DATE_FORMAT.fullmatch(form):
        raise TemplateRefused("it formats the date in a way of its own")
    return value.strftime(form)


def _replace(value: str, old: str, new: str) -> str:
    if not old or value.count(old) * len(new) > MOST_TEXT:
        raise TemplateRefused("it replaces too much")
    return value.replace(old, new)


def _int(value: Value, default: Value = 0, base: int = 10) -> Value:
    """A number as Jinja reads one: ``1e3`` is one, and what is none is the default."""
    if isinstance(value, str) and len(value) > _LONGEST_NUMBER:
        raise TemplateRefused("it makes a number of a long text")
    try:
        return int(value, base) if isinstance(value, str) else int(value)
    except (TypeError, ValueError):
        pass
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return default


class Stream:
    """What Jinja makes one by one: it counts as true even where nothing is in it, and is gone through once."""

    def __init__(self, items: Iterable[Value]) -> None:
        self._items = list(items)

    def take(self) -> list[Value]:
        """All that nobody took yet."""
        items, self._items = self._items, []
        return items

    def take_first(self) -> Value:
        """The next item, None when there is none."""
        return self._items.pop(0) if self._items else None


def _count(value: Value) -> int:
    if isinstance(value, Stream):
        raise TemplateRefused("it counts what is made one by one")
    return len(list_items(value))


def _find_first(value: Value) -> Value:
    return value.take_first() if isinstance(value, Stream) else next(iter(list_items(value)), None)


def _drop_repeated(value: Value) -> Stream:
    """Without regard to letters, as Jinja has it; of those that differ in them the first stays."""
    found: dict[Value, Value] = {}
    for item in list_items(value):
        found.setdefault(_sort_key(item) if isinstance(item, str) else item, item)
    return Stream(found.values())


def _is_odd(value: Value) -> bool:
    if not isinstance(value, int):
        raise TemplateRefused("it asks of what is no number whether it is odd")
    return value % 2 == 1


COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "eq": lambda left, right: bool(left == right),
    "ne": lambda left, right: bool(left != right),
    "lt": lambda left, right: bool(left < right),
    "lteq": lambda left, right: bool(left <= right),
    "gt": lambda left, right: bool(left > right),
    "gteq": lambda left, right: bool(left >= right),
    "in": lambda left, right: left in right if right is not None else False,
    "notin": lambda left, right: left not in right if right is not None else True,
}

TESTS: dict[str, Callable[..., bool]] = {
    "defined": lambda value: value is not None,
    "undefined": lambda value: value is None,
    "none": lambda value: value is None,
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int),
    "mapping": lambda value: isinstance(value, Mapping),
    "true": lambda value: value is True,
    "false": lambda value: value is False,
    "odd": _is_odd,
    "even": lambda value: not _is_odd(value),
    "in": COMPARISONS["in"],
    **{name: COMPARISONS[name] for name in ("eq", "ne", "lt", "gt")},
    "equalto": COMPARISONS["eq"],
    "==": COMPARISONS["eq"],
    "!=": COMPARISONS["ne"],
    "<": COMPARISONS["lt"],
    ">": COMPARISONS["gt"],
}

FILTERS: dict[str, Callable[..., Value]] = {
    "length": _count,
    "count": _count,
    "join": _join,
    "sort": _sort,
    "dictsort": _dictsort,
    "list": lambda value: list(list_items(value)),
    "first": _find_first,
    "last": lambda value: next(reversed(list_items(value)), None),
    "unique": _drop_repeated,
    "upper": lambda value: show(value).upper(),
    "lower": lambda value: show(value).lower(),
    "title": _title,
    "capitalize": lambda value: show(value).capitalize(),
    "trim": lambda value: show(value).strip(),
    "string": show,
    "int": _int,
    "default": lambda value, other="": other if value is None else value,
    "d": lambda value, other="": other if value is None else value,
    "replace": lambda value, old, new: _replace(show(value), old, new),
    "indent": _indent,
    "reverse": lambda value: value[::-1] if isinstance(value, str) else Stream(reversed(list_items(value))),
}

METHODS: dict[tuple[str, str], Callable[..., Value]] = {
    ("table", "items"): lambda value: [[name, item] for name, item in value.items()],
    ("table", "keys"): list,
    ("table", "values"): lambda value: list(value.values()),
    ("table", "get"): lambda value, name, other=None: value.get(name, other),
    ("text", "startswith"): lambda value, start: value.startswith(start),
    ("text", "endswith"): lambda value, end: value.endswith(end),
    ("text", "strip"): lambda value: value.strip(),
    ("text", "lstrip"): lambda value, chars=None: value.lstrip(chars),
    ("text", "rstrip"): lambda value, chars=None: value.rstrip(chars),
    ("text", "lower"): lambda value: value.lower(),
    ("text", "upper"): lambda value: value.upper(),
    ("text", "title"): lambda value: value.title(),
    ("text", "capitalize"): lambda value: value.capitalize(),
    ("text", "isdigit"): lambda value: value.isdigit(),
    ("text", "split"): lambda value, by=None, most=-1: value.split(by, most),
    ("text", "replace"): _replace,
    ("text", "join"): lambda value, items: _join(items, value),
    ("date", "strftime"): _format_date,
    ("date", "isoformat"): lambda value: value.isoformat(),
}
