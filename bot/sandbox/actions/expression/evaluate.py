"""From the tree of an expression, and the contexts it may read, to its value."""

import re
from collections.abc import Callable, Iterator, Mapping

from bot.sandbox.actions.expression.functions import call_function
from bot.sandbox.actions.expression.syntax import (
    Binary,
    Call,
    ExpressionError,
    Index,
    Literal,
    Members,
    Name,
    Node,
    Not,
    parse,
)
from bot.sandbox.actions.expression.values import (
    Value,
    are_equal,
    compare,
    filter_members,
    get_property,
    is_truthy,
    to_string,
)

Contexts = Mapping[str, Value]
# success(), failure() and the others depend on where the expression stands, so whoever evaluates brings them.
StatusFunctions = Mapping[str, Callable[[], bool]]

_PLACEHOLDER = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS_NAMES = frozenset({"success", "failure", "always", "cancelled"})
_ORDERS: Mapping[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def evaluate(text: str, contexts: Contexts, status: StatusFunctions | None = None) -> Value:
    """The value of one expression (without `${{ }}`). Raises ExpressionError."""
    try:
        return _evaluate(parse(text), contexts, status or {})
    except RecursionError as error:
        raise ExpressionError("The expression is too deep") from error


def evaluate_condition(text: str | bool | None, contexts: Contexts, status: StatusFunctions) -> bool:
    """Whether an `if:` holds. Without a status function in it, `success()` is asked first, as GitHub does.

    An absent condition is `success()`. Text around a placeholder makes the whole a string, and a string that is not
    empty is true: that famous trap (`if: ${{ a }} == 'b'`) is kept. Raises ExpressionError.
    """
    if text is None or text == "":
        return status["success"]()
    if isinstance(text, bool):
        text = to_string(text)
    expressions = [match[1] for match in _PLACEHOLDER.finditer(text)] or [text]
    asks_status = any(_mentions_status(parse(expression)) for expression in expressions)
    if not asks_status and not status["success"]():
        return False
    whole = _PLACEHOLDER.fullmatch(text.strip())
    if whole is None and _PLACEHOLDER.search(text):
        return interpolate(text, contexts, status) != ""
    return is_truthy(evaluate(whole[1] if whole else text, contexts, status))


def interpolate(text: str, contexts: Contexts, status: StatusFunctions | None = None) -> str:
    """Text with each `${{ expression }}` in it replaced by its value. Raises ExpressionError."""
    return _PLACEHOLDER.sub(lambda match: to_string(evaluate(match[1], contexts, status)), text)


def interpolate_value(text: str, contexts: Contexts, status: StatusFunctions | None = None) -> Value:
    """Like `interpolate`, but text that is one placeholder as a whole keeps the kind of its value."""
    whole = _PLACEHOLDER.fullmatch(text.strip())
    if whole is not None and "${{" not in whole[1]:
        return evaluate(whole[1], contexts, status)
    return interpolate(text, contexts, status)


def _evaluate(node: Node, contexts: Contexts, status: StatusFunctions) -> Value:
    match node:
        case Literal(value):
            return value
        case Name(name):
            return _context(name, contexts)
        case Index(subject, key):
            return get_property(_evaluate(subject, contexts, status), _evaluate(key, contexts, status))
        case Members(subject):
            return filter_members(_evaluate(subject, contexts, status))
        case Not(operand):
            return not is_truthy(_evaluate(operand, contexts, status))
        case Call(function, arguments):
            return _call(function, arguments, contexts, status)
        case Binary(operator, left, right):
            return _binary(operator, left, right, contexts, status)


def _context(name: str, contexts: Contexts) -> Value:
    for known, value in contexts.items():
        if known.casefold() == name.casefold():
            return value
    raise ExpressionError(f"Unrecognized named-value: '{name}'")


def _call(function: str, arguments: tuple[Node, ...], contexts: Contexts, status: StatusFunctions) -> Value:
    name = function.casefold()
    if name in _STATUS_NAMES:
        if name not in status or arguments:
            raise ExpressionError(f"Unrecognized function: '{function}'")
        return status[name]()
    return call_function(function, [_evaluate(argument, contexts, status) for argument in arguments])


def _binary(operator: str, left: Node, right: Node, contexts: Contexts, status: StatusFunctions) -> Value:
    first = _evaluate(left, contexts, status)
    if operator in ("&&", "||"):
        # Both yield an operand, not a boolean, and leave the second alone when the first decides.
        decided = is_truthy(first) == (operator == "||")
        return first if decided else _evaluate(right, contexts, status)
    second = _evaluate(right, contexts, status)
    if operator in ("==", "!="):
        return are_equal(first, second) == (operator == "==")
    order = compare(first, second)
    return order is not None and _ORDERS[operator](order)


def _mentions_status(node: Node) -> bool:
    return any(isinstance(part, Call) and part.function.casefold() in _STATUS_NAMES for part in _walk(node))


def _walk(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Index(subject, key):
            children: tuple[Node, ...] = (subject, key)
        case Members(subject):
            children = (subject,)
        case Not(operand):
            children = (operand,)
        case Call(_, arguments):
            children = arguments
        case Binary(_, left, right):
            children = (left, right)
        case _:
            children = ()
    for child in children:
        yield from _walk(child)
