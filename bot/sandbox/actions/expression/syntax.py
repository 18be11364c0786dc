"""From the text of an expression to its tree."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.sandbox.actions.expression.values import Value, parse_number


class ExpressionError(ValueError):
    """The expression cannot be read or evaluated; GitHub calls the whole workflow file invalid then."""


@dataclass(frozen=True)
class Literal:
    """A constant."""

    value: Value


@dataclass(frozen=True)
class Name:
    """A context such as `github`."""

    name: str


@dataclass(frozen=True)
class Index:
    """`subject.key` or `subject[key]`."""

    subject: "Node"
    key: "Node"


@dataclass(frozen=True)
class Members:
    """`subject.*`."""

    subject: "Node"


@dataclass(frozen=True)
class Call:
    """`function(arguments)`; the name is kept as written, it ignores case."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True)
class Not:
    """`!operand`."""

    operand: "Node"


@dataclass(frozen=True)
class Binary:
    """Two operands and the operator between them."""

    operator: str
    left: "Node"
    right: "Node"


Node = Literal | Name | Index | Members | Call | Not | Binary

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^']|'')*')
      | (?P<number>[+-]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.]))
      | (?P<name>[A-Za-z_][\w-]*)
      | (?P<symbol>&&|\|\||==|!=|<=|>=|[<>!()\[\],.*])
    )""",
    re.VERBOSE,
)
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None, "NaN": math.nan, "Infinity": math.inf}
# Loosest first; every level is left-associative.
_LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="))
# GitHub refuses deeper trees ("Exceeded max expression depth 50").
_MAX_DEPTH = 50


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def parse(text: str) -> Node:
    """The tree of one expression, without `${{ }}` around it. Raises ExpressionError."""
    parser = _Parser(list(_tokens(text)))
    tree = parser.expression()
    parser.expect_end()
    return tree


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise ExpressionError(f"Unexpected symbol: '{text[position:].strip()[:20]}'")
        yield _Token(match.lastgroup, match[match.lastgroup])
        position = match.end()


class _Parser:
    """Recursive descent over the tokens; depth counts parentheses, calls, indices and negations."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = [*tokens, _Token("end", "")]
        self._position = 0
        self._depth = 0

    def expression(self) -> Node:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ExpressionError(f"Exceeded max expression depth {_MAX_DEPTH}")
        tree = self._binary(0)
        self._depth -= 1
        return tree

    def expect_end(self) -> None:
        if self._peek().kind != "end":
            raise ExpressionError(f"Unexpected symbol: '{self._peek().text}'")

    def _peek(self) -> _Token:
        return self._tokens[self._position]

    def _next(self) -> _Token:
        token = self._peek()
        self._position += 1
        return token

    def _accept(self, *symbols: str) -> str | None:
        token = self._peek()
        if token.kind == "symbol" and token.text in symbols:
            self._position += 1
            return token.text
        return None

    def _expect(self, symbol: str) -> None:
        if self._accept(symbol) is None:
            found = self._peek().text or "end of expression"
            raise ExpressionError(f"Unexpected symbol: '{found}', expected '{symbol}'")

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while operator := self._accept(*_LEVELS[level]):
            left = Binary(operator, left, self._binary(level + 1))
        return left

    def _unary(self) -> Node:
        negations = 0
        while self._accept("!"):
            negations += 1
        tree = self._postfix()
        for _ in range(negations):
            tree = Not(tree)
        return tree

    def _postfix(self) -> Node:
        tree = self._primary()
        while symbol := self._accept(".", "["):
            if self._accept("*"):
                tree = Members(tree)
            elif symbol == "[":
                tree = Index(tree, self.expression())
            else:
                tree = Index(tree, Literal(self._property_name()))
                continue
            if symbol == "[":
                self._expect("]")
        return tree

    def _property_name(self) -> str:
        token = self._next()
        if token.kind != "name":
            raise ExpressionError(f"Unexpected symbol: '{token.text}', expected the name of a property")
        return token.text

    def _primary(self) -> Node:
        if self._accept("("):
            tree = self.expression()
            self._expect(")")
            return tree
        token = self._next()
        if token.kind == "string":
            return Literal(token.text[1:-1].replace("''", "'"))
        if token.kind == "number":
            return Literal(_number(token.text))
        if token.kind != "name":
            raise ExpressionError(
                f"Unexpected {'end of expression' if token.kind == 'end' else f'symbol: {token.text!r}'}"
            )
        if self._accept("("):
            return Call(token.text, self._arguments())
        return Literal(_CONSTANTS[token.text]) if token.text in _CONSTANTS else Name(token.text)

    def _arguments(self) -> tuple[Node, ...]:
        if self._accept(")"):
            return ()
        arguments = [self.expression()]
        while self._accept(","):
            arguments.append(self.expression())
        self._expect(")")
        return tuple(arguments)


def _number(text: str) -> float:
    unsigned = text.lstrip("+-")
    return -parse_number(unsigned) if text.startswith("-") else parse_number(unsigned)
