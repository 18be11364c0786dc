"""The expression language of workflow files.

An evaluator of its own, written from GitHub's documentation: the bot decides with another one what a workflow will do,
and the two must be able to disagree.
"""

from bot.sandbox.actions.expression.evaluate import (
    Contexts,
    StatusFunctions,
    evaluate,
    evaluate_condition,
    interpolate,
    interpolate_value,
)
from bot.sandbox.actions.expression.syntax import ExpressionError
from bot.sandbox.actions.expression.values import Value, is_truthy, to_string

__all__ = [
    "Contexts",
    "ExpressionError",
    "StatusFunctions",
    "Value",
    "evaluate",
    "evaluate_condition",
    "interpolate",
    "interpolate_value",
    "is_truthy",
    "to_string",
]
