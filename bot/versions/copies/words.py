"""Which word a project has for a candidate, where a tuple holds the word of the level: ``candidate`` as Python itself, or ``rc``.

The tuple of a final release does not tell. The text around it may: a comment with the words that are allowed, or what the
function that makes a string of the tuple compares the word with.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from bot.versions.backends.python_source import follow_import
from bot.versions.checkout import Checkout
from bot.versions.formats.python_literals import parse
from bot.versions.formats.python_values import Module
from bot.versions.project import Form, ProjectRefused, Reader, Site

_MOST_NODES = 300
_RC = "rc"
_WORD = re.compile(r"\brc\b")
_LITERALS = tuple(f"{quote}{_RC}{quote}" for quote in ("'", '"', "'''", '"""'))


def learn_words(checkout: Checkout, sites: Iterable[Site]) -> list[Site]:
    """``sites`` with the project's word for a candidate, where the files that were read anyway tell it."""
    return [_learn(checkout, site) if _has_level(site) else site for site in sites]


def _says_rc(*bodies: str) -> bool:
    """Whether Python texts have ``rc`` for a word, in a comment or as a string of its own, and say nothing of a candidate."""
    return not any("candidate" in body.lower() for body in bodies) and any(map(_mentions, bodies))


def _has_level(site: Site) -> bool:
    return site.reader is Reader.PYTHON and any(piece.form is Form.LEVEL for piece in site.parts)


def _learn(checkout: Checkout, site: Site) -> Site:
    text = checkout.find_python(site.path)
    if text is None:
        return site
    module = Module(text.body, parse(site.path, text.body))
    is_made = any(_uses(module, value) for value in module.bound.get(str(site.key[0]), ()))
    if not is_made or not _says_rc(text.body, *_list_helpers(checkout, site.path, module)):
        return site
    parts = tuple(replace(piece, candidate=_RC) if piece.form is Form.LEVEL else piece for piece in site.parts)
    return replace(site, parts=parts)


def _uses(module: Module, value: ast.expr) -> bool:
    """Whether the version is made of the tuple by what ``value`` calls or puts together.

    Nothing fails over the word in a tuple that only stands beside the version, and there people write what Python does,
    whatever their comments allow.
    """
    if isinstance(value, ast.Call) and _name(value.func) in module.imported:
        return True
    nodes = islice(ast.walk(value), _MOST_NODES)
    return any(isinstance(node, ast.Name) and node.id in module.bound for node in nodes)


def _list_helpers(checkout: Checkout, path: str, module: Module) -> Iterator[str]:
    """The modules of the functions that the module at ``path`` calls for its values, as far as they are known."""
    called = [value.func for values in module.bound.values() for value in values if isinstance(value, ast.Call)]
    names = {name for function in called if (name := _name(function)) in module.imported}
    places = {follow_import(checkout, path, module.imported[name]): None for name in sorted(names)}
    for helper in places:
        # A helper is not worth a request of its own; what was asked for is at hand.
        if helper is not None and helper in checkout.asked:
            with suppress(ProjectRefused):
                text = checkout.find_python(helper)
                yield text.body if text is not None else ""


def _name(function: ast.expr) -> str:
    while isinstance(function, ast.Attribute):
        function = function.value
    return function.id if isinstance(function, ast.Name) else ""


def _mentions(body: str) -> bool:
    if _WORD.search(body) is None:
        return False
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(body).readline):
            is_comment = token.type == tokenize.COMMENT and _WORD.search(token.string) is not None
            if is_comment or (token.type == tokenize.STRING and token.string in _LITERALS):
                return True
    return False
