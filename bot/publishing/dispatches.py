"""The inputs of a dispatch: what a workflow declares against what the settings give.

Rules: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onworkflow_dispatchinputs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.publishing.documents import Plain
from bot.publishing.evaluation import Record, Unknown, Value, plain_value
from bot.publishing.quoting import quoted

MAX_INPUTS = 25
"""Inputs GitHub accepts in one dispatch."""


@dataclass(frozen=True, slots=True)
class DispatchInputs:
    """``values`` is the ``inputs`` context of the run; ``problem`` says why GitHub would answer 422, if it would."""

    values: Record
    problem: str = ""


def read_inputs(declared: Mapping[str, Plain], given: Mapping[str, str]) -> DispatchInputs:
    """Hold the given inputs against the declared ones."""
    values: dict[str, Value] = {}
    problems = [f"it does not know the input {quoted(name, 60)}" for name in given if name not in declared]
    if len(given) > MAX_INPUTS:
        problems.append(f"GitHub takes at most {MAX_INPUTS} inputs")
    for name, written in declared.items():
        settings = written if isinstance(written, dict) else {}
        problem, values[name] = _read_input(name, settings, given.get(name))
        if problem:
            problems.append(problem)
    return DispatchInputs(Record(values), problems[0] if problems else "")


def _read_input(name: str, settings: Mapping[str, Plain], given: str | None) -> tuple[str, Value]:
    """What is wrong with one input, if anything, and its value in the ``inputs`` context."""
    kind = settings.get("type", "string")
    if given is None:
        default = settings.get("default")
        if default is None and settings.get("required") is True:
            return f"its input {quoted(name, 60)} is required and has no default", Unknown((f"inputs.{name}",))
        return "", _default(name, kind, default)
    problem = _mismatch(name, kind, settings.get("options"), given)
    if problem:
        return problem, Unknown((f"inputs.{name}",))
    if kind == "boolean":
        return "", given == "true"
    return "", float(given) if kind == "number" else given


def _mismatch(name: str, kind: Plain, options: Plain, given: str) -> str:
    """Why a given text does not fit the declared type."""
    if kind == "boolean" and given not in {"true", "false"}:
        return f"its input {quoted(name, 60)} is true or false"
    if kind == "choice" and isinstance(options, list) and given not in set(map(_text, options)):
        return f"its input {quoted(name, 60)} has no option {quoted(given, 60)}"
    if kind == "number" and not re.fullmatch(r"[-+]?[0-9]{1,15}(\.[0-9]{1,15})?", given):
        return f"its input {quoted(name, 60)} is a number"
    return ""


def _default(name: str, kind: Plain, default: Plain) -> Value:
    if default is not None:
        return plain_value(default)
    if kind == "boolean":
        return False
    return "" if kind == "string" else Unknown((f"inputs.{name}",))


def _text(option: Plain) -> str:
    return str(option).lower() if isinstance(option, bool) else str(option)
