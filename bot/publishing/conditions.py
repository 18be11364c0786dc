"""Whether an ``if:`` holds, in words when it does not or when only the run can tell."""

from __future__ import annotations

from dataclasses import dataclass

from bot.publishing.documents import Plain
from bot.publishing.evaluation import STATUS_FUNCTIONS, Scope, Unknown, Value, evaluate, interpolate, truth_of
from bot.publishing.expressions import (
    BadExpressionError,
    Node,
    called_functions,
    parse_expression,
    parse_template,
)
from bot.publishing.quoting import quoted
from bot.publishing.truth import Truth


@dataclass(frozen=True, slots=True)
class Condition:
    """What an ``if:`` comes to.

    ``own`` is the written expression alone, ``truth`` includes the implicit ``success()``. ``because`` completes the
    sentence "the ``if:`` of X ..." when ``own`` is not true.
    """

    truth: Truth
    own: Truth
    because: str = ""


def decide(written: Plain, scope: Scope) -> Condition:
    """Whether a job or step with this ``if:`` runs, given that nothing fails.

    Unless the expression calls a status function, GitHub puts ``success() &&`` before it, which for a job is false as
    soon as any job it needs, directly or through others, was skipped. Text around ``${{ }}``, even the newline of a
    ``|`` block, makes the whole a text, and a text that is not empty is always true.
    """
    if written is None or written == "":
        return Condition(scope.success, Truth.TRUE)
    if not isinstance(written, str):
        own = Truth.of(written)
        return Condition(scope.success & own, own, "is false")
    try:
        value, functions = _evaluate(written, scope)
    except BadExpressionError as error:
        return Condition(Truth.UNKNOWN, Truth.UNKNOWN, f"cannot be read: {error}")
    own = truth_of(value)
    truth = own if functions & STATUS_FUNCTIONS else own & scope.success
    return Condition(truth, own, _because(own, value, written))


def _evaluate(written: str, scope: Scope) -> tuple[Value, frozenset[str]]:
    if "${{" not in written:
        node = parse_expression(written)
        return evaluate(node, scope), called_functions(node)
    trees: list[Node] = [part for part in parse_template(written).parts if not isinstance(part, str)]
    return interpolate(written, scope), frozenset().union(*map(called_functions, trees))


def _because(own: Truth, value: Value, written: str) -> str:
    if own is Truth.FALSE:
        return f"is false ({quoted(written)})"
    if own is Truth.UNKNOWN and isinstance(value, Unknown):
        return "depends on " + ", ".join(f"{quoted(reason)}" for reason in value.because) + ", which only the run knows"
    return ""
