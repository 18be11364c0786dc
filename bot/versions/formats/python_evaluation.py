"""What a module makes of its constants, told by reading: a few kinds of expressions, assignments and conditions on them.

A version that is put together from numbers reads right only if all of them are known: ``__version__ = "1.2"`` may be followed
by ``if extra: __version__ += extra``. Nothing of a stranger's module is executed. What is none of the few things known here is
unknown, and so is all that depends on it.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_MOST_STEPS = 5_000
_LONGEST = 300
_LARGEST = 1 << 40

_PERCENT = re.compile(r"(?:[^%]|%%|%0?\d?[dsxX])*")
_BRACES = re.compile(r"(?:[^{}]|\{\{|\}\}|\{[A-Za-z0-9_]*(?::0?\d?[dsxX]?)?\})*")
_SPEC = re.compile(r"0?\d?[dsxX]?")

_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}


class Unknown(Exception):  # noqa: N818 (it is an answer)
    """Only running the module would tell."""


Instead = str | tuple[str | int, ...]
"""What a name may be taken to be bound to, whatever the module binds it to."""


def evaluate(tree: ast.Module, name: str, instead: Mapping[str, Instead] | None = None) -> object | None:
    """What ``name`` is bound to once the module has run; None when that is not known.

    Args:
        tree: the module.
        name: a name at its top.
        instead: what some names are taken to be bound to wherever the module binds them to a constant or a tuple.
    """
    reader = _Reader(instead or {})
    try:
        reader.run(tree.body)
    except (Unknown, RecursionError):
        return None
    # A function may bind it at any time.
    is_shared = any(name in node.names for node in ast.walk(tree) if isinstance(node, ast.Global))
    return None if is_shared else reader.known.get(name)


class _Reader:
    """Goes through a module's statements in their order."""

    def __init__(self, instead: Mapping[str, Instead]) -> None:
        self.known: dict[str, Any] = {}
        self._instead = instead
        self._taken: set[str] = set()
        """Names that the module binds itself, to whatever: ``str`` is another function then."""
        self._lists: set[str] = set()
        self._steps = 0

    def run(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self._count()
            self._take(statement)

    def _take(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._assign([target], value)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=operation, value=value):
                self._bind(target, ast.BinOp(ast.Name(name, ast.Load()), operation, value))
            case ast.If(test=test, body=body, orelse=other):
                try:
                    chosen = body if self._value(test) else other
                except Unknown:
                    self._forget(statement)
                else:
                    self.run(chosen)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                self._taken.add(name)
                self.known.pop(name, None)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[one])):
                self._extend(statement, name, ast.Tuple([one], ast.Load()))
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="extend"), args=[several])):
                self._extend(statement, name, several)
            case ast.Pass():
                pass
            case _:
                self._forget(statement)

    def _assign(self, targets: list[ast.expr], value: ast.expr) -> None:
        for target in targets:
            self._bind(target, value)
        # One list under several names changes under all of them.
        for target in targets if len(targets) > 1 else ():
            self._forget_lists(target)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._taken.add(target.id)
            try:
                chosen = self._instead.get(target.id) if isinstance(value, (ast.Constant, ast.Tuple)) else None
                self.known[target.id] = self._value(value) if chosen is None else chosen
            except Unknown:
                self.known.pop(target.id, None)
                self._forget_lists(value)
                self._forget_walrus(value)
            self._note_list(target.id, value)
            return
        self._forget(target)
        if isinstance(target, ast.Tuple):
            try:
                values = self._value(value)
            except Unknown:
                return
            if isinstance(values, tuple) and len(values) == len(target.elts):
                for one, said in zip(target.elts, values, strict=True):
                    if isinstance(one, ast.Name):
                        self.known[one.id] = said

    def _note_list(self, name: str, value: ast.expr) -> None:
        self._lists.discard(name)
        if isinstance(value, ast.Name | ast.IfExp | ast.BoolOp) and isinstance(self.known.get(name), tuple):
            # It may be a list that has a name already, and changes under both.
            self.known.pop(name)
            self._forget_lists(value)
        elif isinstance(self.known.get(name), tuple) and not isinstance(value, ast.Tuple):
            self._lists.add(name)

    def _forget(self, node: ast.AST) -> None:
        """Whatever is bound somewhere in there is unknown from now on."""
        for name in list_bound(node):
            self._count()
            self._taken.add(name)
            self.known.pop(name, None)
            if name == "*":
                self.known.clear()
        self._forget_lists(node)

    def _forget_walrus(self, value: ast.expr) -> None:
        """An expression that is not known may bind names on its way."""
        for inner in ast.walk(value):
            if isinstance(inner, ast.NamedExpr):
                self._forget(inner)

    def _forget_lists(self, node: ast.AST) -> None:
        """A list may be changed by whoever gets hold of it: by its methods, its places, and what it is given to."""
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and inner.id in self._lists:
                self._count()
                self.known.pop(inner.id, None)

    def _extend(self, statement: ast.stmt, name: str, several: ast.expr) -> None:
        known = self.known.get(name)
        try:
            more = self._value(several)
        except Unknown:
            more = None
        if isinstance(known, tuple) and isinstance(more, tuple):
            self.known[name] = (*known, *more)
        else:
            self._forget(statement)

    def _count(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise Unknown

    def _value(self, node: ast.expr) -> Any:
        """Raises Unknown."""
        self._count()
        value = self._read(node)
        if isinstance(value, int) and abs(value) > _LARGEST:
            raise Unknown
        if isinstance(value, (str, tuple)) and len(value) > _LONGEST:
            raise Unknown
        if isinstance(value, tuple) and any(isinstance(one, tuple) for one in value):
            # Tuples of tuples are large without being long: the same one may stand in each place of the next.
            raise Unknown
        return value

    def _read(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=str() | int() | None as value):
                return value
            case ast.Name(id=name) if name in self.known:
                return self.known[name]
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return tuple(self._list(elements))
            case ast.IfExp(test=test, body=body, orelse=other):
                return self._value(body if self._value(test) else other)
            case ast.BinOp(left=left, op=operation, right=right):
                return self._calculate(self._value(left), operation, self._value(right))
            case ast.JoinedStr(values=parts):
                return "".join(self._part(part) for part in parts)
            case ast.Subscript(value=whole, slice=index):
                return self._try(operator.getitem, self._value(whole), self._index(index))
            case ast.ListComp() | ast.GeneratorExp():
                return self._each(node)
            case ast.Call():
                return self._call(node)
            case _:
                return self._decide(node)

    def _decide(self, node: ast.expr) -> Any:
        """What a condition says."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not self._value(operand)
            case ast.BoolOp(op=operation, values=operands):
                return self._either(operands, is_and=isinstance(operation, ast.And))
            case ast.Compare(left=left, ops=[comparison], comparators=[right]) if type(comparison) in _COMPARISONS:
                return self._try(_COMPARISONS[type(comparison)], self._value(left), self._value(right))
            case _:
                raise Unknown

    def _list(self, elements: list[ast.expr]) -> Iterator[Any]:
        for element in elements:
            if not isinstance(element, ast.Starred):
                yield self._value(element)
                continue
            several = self._value(element.value)
            if not isinstance(several, tuple):
                raise Unknown
            yield from several

    def _either(self, operands: list[ast.expr], *, is_and: bool) -> Any:
        value: Any = None
        for operand in operands:
            value = self._value(operand)
            if bool(value) != is_and:
                break
        return value

    def _calculate(self, left: Any, operation: ast.operator, right: Any) -> Any:
        if isinstance(operation, ast.Mod) and isinstance(left, str):
            if not _PERCENT.fullmatch(left):
                raise Unknown
            return self._try(operator.mod, left, right)
        if isinstance(operation, ast.LShift) and type(left) is type(right) is int and 0 <= right <= 32:
            return left << right
        if type(operation) not in _OPERATORS or type(left) is not type(right):
            raise Unknown
        return self._try(_OPERATORS[type(operation)], left, right)

    def _part(self, part: ast.expr) -> str:
        """A part of an f-string."""
        if isinstance(part, ast.Constant):
            return str(part.value)
        if not isinstance(part, ast.FormattedValue) or part.conversion not in (-1, ord("s")):
            raise Unknown
        spec = self._value(part.format_spec) if part.format_spec is not None else ""
        if not _SPEC.fullmatch(spec):
            raise Unknown
        return str(self._try(format, _plain(self._value(part.value)), spec))

    def _index(self, index: ast.expr) -> Any:
        if not isinstance(index, ast.Slice):
            return self._number(index)
        bounds = [
            self._number(bound) if bound is not None else None for bound in (index.lower, index.upper, index.step)
        ]
        return slice(*bounds)

    def _number(self, node: ast.expr) -> int:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self._number(node.operand)
        value = self._value(node)
        if type(value) is not int:
            raise Unknown
        return value

    def _each(self, node: ast.ListComp | ast.GeneratorExp) -> tuple[Any, ...]:
        match node.generators:
            case [ast.comprehension(target=ast.Name(id=name), iter=source, ifs=conditions, is_async=0)]:
                several = self._value(source)
            case _:
                raise Unknown
        if not isinstance(several, (tuple, str)):
            raise Unknown
        before, made = dict(self.known), []
        try:
            for one in several:
                self.known[name] = one
                if all(self._value(condition) for condition in conditions):
                    made.append(self._value(node.elt))
        finally:
            self.known = before
        return tuple(made)

    def _call(self, node: ast.Call) -> Any:
        named = {keyword.arg: self._value(keyword.value) for keyword in node.keywords if keyword.arg}
        if len(named) != len(node.keywords):
            raise Unknown
        if isinstance(node.func, ast.Name) and node.func.id in self._taken:
            raise Unknown
        match node.func, node.args:
            case ast.Name(id="map"), [ast.Name(id="str"), several] if not named and "str" not in self._taken:
                return tuple(str(_plain(one)) for one in self._several(several))
            case ast.Name(id="str"), [one] if not named:
                return str(_plain(self._value(one)))
            case ast.Name(id="int"), [one] if not named:
                return self._try(int, self._value(one))
            case (ast.Name(id="tuple" | "list"), [several]) if not named:
                return tuple(self._several(several))
            case ast.Attribute(value=text, attr="join"), [several] if not named:
                return self._try(str.join, self._text(text), self._several(several))
            case ast.Attribute(value=text, attr="format"), arguments:
                return self._format(self._text(text), list(self._list(arguments)), named)
            case ast.Attribute(value=text, attr="lower" | "upper" | "strip" as method), [] if not named:
                return getattr(self._text(text), method)()
            case _:
                raise Unknown

    def _several(self, node: ast.expr) -> tuple[Any, ...]:
        value = self._value(node)
        if not isinstance(value, tuple):
            raise Unknown
        return value

    def _text(self, node: ast.expr) -> str:
        value = self._value(node)
        if not isinstance(value, str):
            raise Unknown
        return value

    def _format(self, text: str, values: list[Any], named: dict[str, Any]) -> str:
        if not _BRACES.fullmatch(text) or not all(
            isinstance(value, (str, int)) for value in (*values, *named.values())
        ):
            raise Unknown
        return str(self._try(text.format, *values, **named))

    def _try(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except (TypeError, ValueError, LookupError):
            raise Unknown from None


def _plain(value: Any) -> str | int:
    """A value of which the text is sure."""
    if isinstance(value, (str, int)):
        return value
    raise Unknown


def list_bound(node: ast.AST) -> Iterator[str]:
    """The names that are bound somewhere in a piece of a module."""
    for inner in ast.walk(node):
        yield from list_bound_by(inner)


def list_bound_by(node: ast.AST) -> Iterator[str]:
    """The names that a node itself binds, in any of the ways there are."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case (
            ast.ExceptHandler(name=str() as name)
            | ast.MatchAs(name=str() as name)
            | ast.MatchStar(name=str() as name)
            | ast.MatchMapping(rest=str() as name)
        ):
            yield name
        case ast.alias(name=name, asname=other):
            yield (other or name).split(".")[0]
        case _:
            pass
