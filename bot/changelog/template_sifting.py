"""Filters of templates that go through a list with another filter or a test: ``refs|map('lower')|select('in', known)``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.changelog.template_values import (
    FILTERS,
    MOST_TEXT,
    TESTS,
    Stream,
    TemplateRefused,
    Value,
    find_member,
    list_items,
)

_MOST_DOTS = 10
_LONGEST_PLACE = 6
_MOST_SIFTED = 20_000
"""Items that a filter or a test is tried on one by one; a release has a few hundred fragments."""


def _list_few(value: Value, *others: Value) -> Sequence[Value]:
    """The items to go through with a filter or a test, as long as that takes no time to speak of."""
    items = list_items(value)
    widest = max((len(other) for other in others if isinstance(other, str | list | Mapping)), default=0)
    if len(items) * (1 + widest // 10) > _MOST_SIFTED:
        raise TemplateRefused("it sifts too much")
    return items


def _map(value: Value, *args: Value, **named: Value) -> Stream:
    """Each item through a filter, or what it holds under a name (``attribute=``, ``default=``)."""
    found, size = [], 0
    for item in _list_few(value):
        if "attribute" in named:
            member = _find_deep(item, named["attribute"])
            result = named.get("default") if member is None else member
        else:
            result = _get_filter(*args[:1])(item, *args[1:], **named)
        size += len(result) if isinstance(result, str | list | Mapping) else 1
        if size > MOST_TEXT or isinstance(result, Stream):
            raise TemplateRefused("it makes too much text")
        found.append(result)
    return Stream(found)


def _find_deep(value: Value, path: Value) -> Value:
    """What lies under names with dots between them, as in ``attribute="a.b"``; numbers count items."""
    if not isinstance(path, str):
        raise TemplateRefused("it asks for what has no name")
    names = path.split(".")
    if len(names) > _MOST_DOTS:
        raise TemplateRefused("it asks for what lies too deep")
    for name in names:
        if name.isdigit() and isinstance(value, list | str):
            at = int(name[:_LONGEST_PLACE])
            value = value[at] if at < len(value) else None
        else:
            value = find_member(value, name)
    return value


def _get_filter(name: Value) -> Callable[..., Value]:
    function = FILTERS.get(name) if isinstance(name, str) else None
    if function is None:
        raise TemplateRefused(f"it uses the filter {name}")
    return function


def _keep(value: Value, name: Value, args: Sequence[Value], *, wanted: bool) -> Stream:
    check = TESTS.get(name) if isinstance(name, str) else bool
    if check is None:
        raise TemplateRefused(f"it uses the test {name}")
    return Stream(item for item in _list_few(value, *args) if bool(check(item, *args)) is wanted)


SIFTING: dict[str, Callable[..., Value]] = {
    "map": _map,
    "select": lambda value, name=None, *args: _keep(value, name, args, wanted=True),
    "reject": lambda value, name=None, *args: _keep(value, name, args, wanted=False),
}
