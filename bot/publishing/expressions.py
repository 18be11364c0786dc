"""GitHub Actions expressions as a tree: the text inside ``${{ }}`` and of every ``if:``.

Grammar: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions. The tree is evaluated in
``bot.publishing.evaluation``; here nothing is decided.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from bot.publishing.quoting import quoted

MAX_CHARACTERS = 21_000
"""GitHub's own limit for one expression."""

MAX_DEPTH = 50
"""GitHub's own limit for nesting."""

MAX_OPERATORS = 200
"""Operators and member accesses in one expression: ours, so that no tree is deeper than Python's stack."""


class BadExpressionError(Exception):
    """The text is not an expression; GitHub would refuse the workflow file."""


@dataclass(frozen=True, slots=True)
class Literal:
    """``null``, ``true``, ``1.5`` or ``'text'``."""

    value: bool | float | str | None


@dataclass(frozen=True, slots=True)
class Name:
    """A context: ``github``, ``needs``, ``inputs`` ..."""

    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """``target.name``, ``target['name']`` or ``target.*`` (``key`` is ``None``)."""

    target: Node
    key: Node | None


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; names are compared without case."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``!operand``."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``."""

    operator: str
    left: Node
    right: Node


Node: TypeAlias = Literal | Name | Member | Call | Not | Binary

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[-+]?(?:0x[0-9a-fA-F]+|0o[0-7]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)|NaN|[-+]?Infinity)(?![\w-])
      | (?P<string>'(?:[^']|'')*')
      | (?P<word>[A-Za-z_][\w-]*)
      | (?P<operator>&&|\|\||==|!=|<=|>=|[!<>()\[\].,*])
      | (?P<bad>\S)
    )""",
    re.VERBOSE,
)
_PRECEDENCE = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="))
_CONSTANTS: dict[str, bool | None] = {"null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


_END = _Token("end", "")


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "bad"
        if kind == "bad":
            raise BadExpressionError(f"unexpected {quoted(match.group(kind), 40)}")
        found.append(_Token(kind, match.group(kind)))
    return [*found, _END]


class _Parser:
    """Recursive descent; the depth is bounded, so Python's own stack never is the limit."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.operators = 0

    def parse(self) -> Node:
        node = self._binary(0)
        if self._peek() is not _END:
            raise BadExpressionError(f"unexpected {quoted(self._peek().text, 40)}")
        return node

    def _peek(self) -> _Token:
        return self.tokens[self.at]

    def _next(self) -> _Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def _accept(self, *operators: str) -> str | None:
        token = self._peek()
        if token.kind == "operator" and token.text in operators:
            return self._next().text
        return None

    def _expect(self, operator: str) -> None:
        if self._accept(operator) is None:
            raise BadExpressionError(f"expected `{operator}`")

    def _count_operator(self) -> None:
        self.operators += 1
        if self.operators > MAX_OPERATORS:
            raise BadExpressionError(f"more than {MAX_OPERATORS} operators")

    def _binary(self, level: int) -> Node:
        if level == len(_PRECEDENCE):
            return self._unary()
        node = self._binary(level + 1)
        while operator := self._accept(*_PRECEDENCE[level]):
            self._count_operator()
            node = Binary(operator, node, self._binary(level + 1))
        return node

    def _unary(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise BadExpressionError(f"nested deeper than {MAX_DEPTH} levels")
        node = Not(self._unary()) if self._accept("!") else self._postfix(self._primary())
        self.depth -= 1
        return node

    def _primary(self) -> Node:
        token = self._next()
        if token.kind == "number":
            return Literal(_number(token.text))
        if token.kind == "string":
            return Literal(token.text[1:-1].replace("''", "'"))
        if token.kind == "word":
            return self._named(token.text)
        if token.text == "(":
            node = self._binary(0)
            self._expect(")")
            return node
        raise BadExpressionError(f"unexpected {quoted(token.text, 40)}" if token is not _END else "it ends too early")

    def _named(self, word: str) -> Node:
        if self._accept("("):
            return Call(word.lower(), self._arguments())
        if word in _CONSTANTS:
            return Literal(_CONSTANTS[word])
        return Name(word)

    def _arguments(self) -> tuple[Node, ...]:
        if self._accept(")"):
            return ()
        arguments = [self._binary(0)]
        while self._accept(","):
            arguments.append(self._binary(0))
        self._expect(")")
        return tuple(arguments)

    def _postfix(self, node: Node) -> Node:
        while operator := self._accept(".", "["):
            self._count_operator()
            node = self._member(node, operator)
        return node

    def _member(self, target: Node, operator: str) -> Node:
        if self._accept("*"):
            key: Node | None = None
        elif operator == ".":
            token = self._next()
            if token.kind != "word":
                raise BadExpressionError("expected a name after `.`")
            key = Literal(token.text)
        else:
            key = self._binary(0)
        if operator == "[":
            self._expect("]")
        return Member(target, key)


def _number(text: str) -> float:
    sign = -1.0 if text.startswith("-") else 1.0
    digits = text.lstrip("+-")
    if digits[:2] in {"0x", "0o"}:
        return sign * float(int(digits, 0))
    return float(text)


def parse_expression(text: str) -> Node:
    """The tree of an expression, without its ``${{ }}``.

    Raises:
        BadExpressionError: it is none.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadExpressionError("it is too long")
    return _Parser(_tokens(text)).parse()


def render_expression(node: Node) -> str:
    """The source of a tree, for a sentence that names what could not be decided."""
    match node:
        case Literal():
            shown = _render_literal(node.value)
        case Name():
            shown = node.name
        case Member():
            shown = render_expression(node.target) + _render_key(node.key)
        case Call():
            shown = f"{node.function}({', '.join(map(render_expression, node.arguments))})"
        case Not():
            shown = f"!{render_expression(node.operand)}"
        case Binary():
            shown = f"{render_expression(node.left)} {node.operator} {render_expression(node.right)}"
    return shown


def _render_literal(value: bool | float | str | None) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, float):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(str(value), str(value))
    return "null" if value is None else str(value).lower()


def _render_key(key: Node | None) -> str:
    if key is None:
        return ".*"
    if isinstance(key, Literal) and isinstance(key.value, str) and re.fullmatch(r"[A-Za-z_][\w-]*", key.value):
        return f".{key.value}"
    return f"[{render_expression(key)}]"


def called_functions(node: Node) -> frozenset[str]:
    """Names of all functions called anywhere in a tree, in lower case."""
    match node:
        case Call(function=function, arguments=arguments):
            return frozenset({function}).union(*map(called_functions, arguments))
        case Member(target=target, key=key):
            return called_functions(target) | (called_functions(key) if key else frozenset())
        case Not(operand=operand):
            return called_functions(operand)
        case Binary(left=left, right=right):
            return called_functions(left) | called_functions(right)
        case _:
            return frozenset()


@dataclass(frozen=True, slots=True)
class Template:
    """Text with expressions in it: ``parts`` alternate freely between literal text and trees."""

    parts: tuple[str | Node, ...]

    @property
    def only(self) -> Node | None:
        """The tree, when the whole text is one ``${{ }}`` and nothing else, not even a newline."""
        if len(self.parts) == 1 and not isinstance(self.parts[0], str):
            return self.parts[0]
        return None


def parse_template(text: str) -> Template:
    """Split text at its ``${{ }}``.

    Raises:
        BadExpressionError: an expression is not closed, or is none.
    """
    if len(text) > 4 * MAX_CHARACTERS:
        raise BadExpressionError("it is too long")
    parts: list[str | Node] = []
    rest = text
    while (start := rest.find("${{")) >= 0:
        end = _closing(rest, start + 3)
        if start:
            parts.append(rest[:start])
        parts.append(parse_expression(rest[start + 3 : end]))
        rest = rest[end + 2 :]
    if rest or not parts:
        parts.append(rest)
    return Template(tuple(parts))


def _closing(text: str, start: int) -> int:
    """Where the ``}}`` stands that ends an expression: the first one outside a string literal."""
    quoted = False
    for at in range(start, len(text)):
        if text[at] == "'":
            quoted = not quoted
        elif not quoted and text.startswith("}}", at):
            return at
    raise BadExpressionError("an expression is not closed")
