"""Which requests the bot's code can make, read from the code itself: every path template that a session is asked for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

CODE: Final = Path(__file__).parent.parent / "bot/github"
_VERBS: Final = {
    "delete": "DELETE",
    "find": "GET",
    "get": "GET",
    "get_text": "GET",
    "list": "GET",
    "patch": "PATCH",
    "post": "POST",
    "put": "PUT",
}


def list_requests() -> set[tuple[str, str]]:
    """Method and path of every request below a repository or an organisation, with something in each variable part."""
    return {found for file in sorted(CODE.glob("*.py")) for found in _list_in(ast.parse(file.read_text()))}


def list_mutations() -> set[str]:
    """The GraphQL mutations in the code's documents."""
    texts = (file.read_text() for file in CODE.glob("*.py"))
    return {
        name
        for text in texts
        for name in re.findall(r"(?:^mutation\([^)]*\) \{|\w\}?:) (\w+)\(input: ", text, re.MULTILINE)
    }


def _list_in(module: ast.Module) -> Iterator[tuple[str, str]]:
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        named = {
            target.id: node.value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _VERBS:
                first = call.args[0] if call.args else None
                path = named.get(first.id) if isinstance(first, ast.Name) else first
                if isinstance(path, ast.Constant) and str(path.value).startswith(("/repos/{repository}", "/orgs/")):
                    yield _VERBS[call.func.attr], _fill(str(path.value))


def _fill(template: str) -> str:
    return re.sub(r"\{\w+\}", "1", template.replace("{repository}", "acme/widget"))
