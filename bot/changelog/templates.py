"""Templates of strangers, read and not run: the language of Jinja as far as changelogs use it.

Jinja parses the template; what it says is worked out here, step by step, over plain texts, numbers, lists and tables. There
are no objects to get at, nothing is compiled, and steps, texts and depth are bounded. What goes beyond that is refused
with the word that does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, TemplateError, nodes

from bot.changelog.template_depths import Depths
from bot.changelog.template_sifting import SIFTING
from bot.changelog.template_values import (
    COMPARISONS,
    FILTERS,
    METHODS,
    MOST_TEXT,
    TESTS,
    TemplateRefused,
    Value,
    describe_loop,
    find_member,
    kind_of,
    list_items,
    show,
)

_MOST_TEMPLATE = 50_000
_MOST_STEPS = 200_000
_MOST_NUMBER = 1_000_000
_MOST_DEPTH = 30
_A_STEP = 20

_GLOBALS = frozenset({"range", "dict", "lipsum", "cycler", "joiner", "namespace", "self", "super", "caller"})
"""What Jinja gives a template beside its data. A name that nobody gives says nothing, as there."""


@dataclass(frozen=True, slots=True)
class _Macro:
    node: nodes.Macro
    scope: _Scope


@dataclass(slots=True)
class _Joiner:
    """What says nothing when it is called first, and ``between`` from then on."""

    between: str
    is_used: bool = False

    def join(self) -> str:
        """What stands before the next item."""
        text, self.is_used = self.between if self.is_used else "", True
        return text


class _Namespace(dict[str, Value]):
    """A table whose names a template may set from within a loop."""


@dataclass(slots=True)
class _Scope:
    names: dict[str, Value] = field(default_factory=dict)
    outer: _Scope | None = None

    def find(self, name: str) -> Value:
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return None


def render_template(source: str, names: Mapping[str, Value]) -> str:
    """What ``source`` says with ``names``, which hold plain data.

    Raises:
        TemplateRefused: it is no template, needs code, or is too much.
    """
    if len(source) > _MOST_TEMPLATE:
        raise TemplateRefused("it is too large")
    try:
        tree = Environment(trim_blocks=True, autoescape=False).parse(source)  # noqa: S701 - it renders no page
    except (TemplateError, RecursionError) as error:
        raise TemplateRefused("it is no template") from error
    try:
        return _Reader(names).render(tree.body, _Scope(dict(names)))
    except (RecursionError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError, MemoryError) as error:
        raise TemplateRefused("it takes the data for what they are not") from error


class _Reader:
    """One reading of one template."""

    def __init__(self, names: Mapping[str, Value]) -> None:
        self.steps = 0
        self.length = 0
        self.depth = 0
        self.depths = Depths(names.values())

    def render(self, body: Sequence[nodes.Node], scope: _Scope) -> str:
        return "".join(self._list(body, scope))

    def _list(self, body: Sequence[nodes.Node], scope: _Scope) -> Iterator[str]:
        for node in body:
            self._step()
            match node:
                case nodes.Output():
                    for part in node.nodes:
                        yield self._measure(
                            part.data if isinstance(part, nodes.TemplateData) else self._text(part, scope)
                        )
                case nodes.For():
                    yield from self._for(node, scope)
                case nodes.If():
                    yield from self._list(self._choose(node, scope), scope)
                case nodes.Assign():
                    self._bind(node.target, self._value(node.node, scope), scope)
                case nodes.ExprStmt():
                    self._value(node.node, scope)
                case nodes.With():
                    yield from self._with(node, scope)
                case nodes.Macro():
                    scope.names[node.name] = _Macro(node, scope)
                case _:
                    raise TemplateRefused(f"it uses {type(node).__name__.lower()}")

    def _for(self, node: nodes.For, scope: _Scope) -> Iterator[str]:
        if node.recursive:
            raise TemplateRefused("it uses a recursive loop")
        items = []
        for item in list_items(self._value(node.iter, scope)):
            self._step()
            inner = _Scope(outer=scope)
            self._bind(node.target, item, inner)
            if node.test is None or self._value(node.test, inner):
                items.append(item)
        for index, item in enumerate(items):
            self._step()
            inner = _Scope({"loop": describe_loop(index, len(items))}, scope)
            self._bind(node.target, item, inner)
            yield from self._list(node.body, inner)
        if not items:
            yield from self._list(node.else_, scope)

    def _with(self, node: nodes.With, scope: _Scope) -> Iterator[str]:
        inner = _Scope(outer=scope)
        for target, value in zip(node.targets, node.values, strict=True):
            self._bind(target, self._value(value, scope), inner)
        yield from self._list(node.body, inner)

    def _choose(self, node: nodes.If, scope: _Scope) -> Sequence[nodes.Node]:
        if self._value(node.test, scope):
            return node.body
        for other in node.elif_:
            if self._value(other.test, scope):
                return other.body
        return node.else_

    def _bind(self, target: nodes.Node, value: Value, scope: _Scope) -> None:
        if isinstance(target, nodes.Name):
            scope.names[target.name] = value
        elif isinstance(target, nodes.Tuple):
            for part, item in zip(target.items, list_items(value), strict=True):
                self._bind(part, item, scope)
        elif isinstance(target, nodes.NSRef) and isinstance(space := scope.find(target.name), _Namespace):
            if self.depths.measure(value) > 1 or isinstance(value, _Namespace):
                raise TemplateRefused("it keeps lists of lists")
            space[target.attr] = value
        else:
            raise TemplateRefused(f"it sets {type(target).__name__.lower()}")

    def _text(self, node: nodes.Node, scope: _Scope) -> str:
        return show(self._value(node, scope))

    def _measure(self, text: str) -> str:
        self.length += len(text)
        if self.length > MOST_TEXT:
            raise TemplateRefused("it makes too much text")
        return text

    def _charge(self, *values: Value) -> None:
        """Count steps for what is gone through as a whole."""
        self.steps += sum(len(value) for value in values if isinstance(value, str | list | Mapping)) // _A_STEP
        self._step()

    def _step(self) -> None:
        self.steps += 1
        if self.steps > _MOST_STEPS:
            raise TemplateRefused("it takes too many steps")

    def _value(self, node: nodes.Node, scope: _Scope) -> Value:  # noqa: C901, PLR0912 - one case for each kind
        self._step()
        match node:
            case nodes.Const():
                return node.value
            case nodes.TemplateData():
                return node.data
            case nodes.Name():
                if node.name in _GLOBALS:
                    raise TemplateRefused(f"it uses {node.name}")
                return scope.find(node.name)
            case nodes.List() | nodes.Tuple():
                return self.depths.check([self._value(item, scope) for item in node.items])
            case nodes.Dict():
                return self.depths.check(
                    {self._value(pair.key, scope): self._value(pair.value, scope) for pair in node.items}
                )
            case nodes.Getattr():
                return find_member(self._value(node.node, scope), node.attr)
            case nodes.Getitem():
                return self._item(node, scope)
            case nodes.Filter():
                return self._filter(node, scope)
            case nodes.Test():
                return self._test(node, scope)
            case nodes.Call():
                return self._call(node, scope)
            case nodes.CondExpr():
                chosen = node.expr1 if self._value(node.test, scope) else node.expr2
                return self._value(chosen, scope) if chosen is not None else None
            case nodes.And():
                return self._value(node.left, scope) and self._value(node.right, scope)
            case nodes.Or():
                return self._value(node.left, scope) or self._value(node.right, scope)
            case nodes.Not():
                return not self._value(node.node, scope)
            case nodes.Compare():
                return self._compare(node, scope)
            case nodes.Concat():
                return self._measure("".join(self._text(part, scope) for part in node.nodes))
            case nodes.Add() | nodes.Sub() | nodes.Mul():
                return self._calculate(node, scope)
            case nodes.Neg():
                return -int(self._value(node.node, scope))
            case _:
                pass
        raise TemplateRefused(f"it uses {type(node).__name__.lower()}")

    def _item(self, node: nodes.Getitem, scope: _Scope) -> Value:
        value = self._value(node.node, scope)
        if isinstance(node.arg, nodes.Slice):
            parts = (node.arg.start, node.arg.stop, node.arg.step)
            start, stop, step = (self._value(part, scope) if part is not None else None for part in parts)
            self._charge(value)
            return self.depths.check(value[start:stop:step]) if isinstance(value, str | list) else None
        key = self._value(node.arg, scope)
        if isinstance(value, Mapping):
            return value.get(key)
        if isinstance(value, str | list) and isinstance(key, int):
            return value[key] if -len(value) <= key < len(value) else None
        return find_member(value, key) if isinstance(key, str) else None

    def _compare(self, node: nodes.Compare, scope: _Scope) -> bool:
        left = self._value(node.expr, scope)
        for operand in node.ops:
            right = self._value(operand.expr, scope)
            check = COMPARISONS.get(operand.op)
            if check is None:
                raise TemplateRefused(f"it compares with {operand.op}")
            self._charge(left, right)
            if not check(left, right):
                return False
            left = right
        return True

    def _calculate(self, node: nodes.BinExpr, scope: _Scope) -> Value:
        left, right = self._value(node.left, scope), self._value(node.right, scope)
        if isinstance(node, nodes.Mul) and isinstance(left, int) and isinstance(right, str):
            left, right = right, left
        if isinstance(left, str) and isinstance(right, int) and isinstance(node, nodes.Mul):
            if len(left) * right > MOST_TEXT:
                raise TemplateRefused("it makes too much text")
            return self._measure(left * right)
        if isinstance(left, str) and isinstance(right, str) and isinstance(node, nodes.Add):
            return self._measure(left + right)
        if isinstance(left, int) and isinstance(right, int) and max(abs(left), abs(right)) < _MOST_NUMBER:
            match node:
                case nodes.Add():
                    return left + right
                case nodes.Sub():
                    return left - right
                case nodes.Mul():
                    return left * right
                case _:
                    pass
        raise TemplateRefused("it calculates with what is no number")

    def _filter(self, node: nodes.Filter, scope: _Scope) -> Value:
        value = self._value(node.node, scope) if node.node is not None else ""
        args = [self._value(arg, scope) for arg in node.args]
        named = {str(pair.key): self._value(pair.value, scope) for pair in node.kwargs}
        function = FILTERS.get(node.name) or SIFTING.get(node.name)
        if function is None or node.dyn_args or node.dyn_kwargs:
            raise TemplateRefused(f"it uses the filter {node.name}")
        result = function(value, *args, **named)
        self._charge(value, result)
        return self._measure(result) if isinstance(result, str) else self.depths.check(result)

    def _test(self, node: nodes.Test, scope: _Scope) -> bool:
        value = self._value(node.node, scope)
        check = TESTS.get(node.name)
        if check is None or node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise TemplateRefused(f"it uses the test {node.name}")
        args = [self._value(arg, scope) for arg in node.args]
        self._charge(value, *args)
        return check(value, *args)

    def _call(self, node: nodes.Call, scope: _Scope) -> Value:
        if node.dyn_args or node.dyn_kwargs:
            raise TemplateRefused("it uses a call with unknown arguments")
        args = [self._value(arg, scope) for arg in node.args]
        if isinstance(node.node, nodes.Name):
            named = {str(pair.key): self._value(pair.value, scope) for pair in node.kwargs}
            return self._call_name(node.node.name, args, named, scope)
        if not isinstance(node.node, nodes.Getattr) or node.kwargs:
            raise TemplateRefused("it calls what has no name")
        value = self._value(node.node.node, scope)
        if isinstance(value, list) and node.node.attr == "append" and len(args) == 1:
            if isinstance(args[0], list | dict):
                # What grows by and by could grow without end.
                raise TemplateRefused("it appends what has parts")
            value.append(args[0])
            return None
        method = METHODS.get((kind_of(value), node.node.attr))
        if method is None:
            raise TemplateRefused(f"it calls {node.node.attr}")
        result = method(value, *args)
        self._charge(value, result)
        return self._measure(result) if isinstance(result, str) else self.depths.check(result)

    def _call_name(self, name: str, args: list[Value], named: dict[str, Value], scope: _Scope) -> Value:
        found = scope.find(name)
        if isinstance(found, _Macro):
            return self._call_macro(found, args, named)
        if isinstance(found, _Joiner) and not args and not named:
            return found.join()
        if callable(found) and len(args) == 1 and isinstance(args[0], str) and not named:
            return found(args[0])
        if found is None and name == "joiner" and len(args) <= 1 and not named:
            return _Joiner(show(args[0]) if args else ", ")
        if found is None and name == "namespace" and not args:
            return _Namespace(named)
        raise TemplateRefused(f"it calls {name}")

    def _call_macro(self, macro: _Macro, args: list[Value], named: dict[str, Value]) -> str:
        self.depth += 1
        if self.depth > _MOST_DEPTH:
            raise TemplateRefused("it calls itself too deep")
        inner = _Scope(outer=macro.scope)
        names = [arg.name for arg in macro.node.args]
        defaults = dict(zip(reversed(names), reversed(macro.node.defaults), strict=False))
        for index, name in enumerate(names):
            given = args[index] if index < len(args) else named.get(name)
            default = self._value(defaults[name], macro.scope) if given is None and name in defaults else None
            inner.names[name] = default if given is None else given
        text = self.render(macro.node.body, inner)
        self.depth -= 1
        return text
