"""The permissions each route needs, read from GitHub's own table.

The table (``data/permissions.jsonl``, its source and commit in the first line) marks rows with
``additional_permissions`` when a route names several permissions, and does not say whether all of them are needed or
one suffices. That is decided here:

* issues and pull requests: one suffices, since a pull request is an issue too;
* contents and workflows: contents always; workflows as well when the commit brings workflow files that differ from
  those of the default branch, which only the route itself can know;
* reading a pull request: the table names contents and pull requests; the sandbox is strict and asks for the latter;
* release assets are taken by another host, which the table leaves out: contents, to write.
"""

import json
from functools import cache
from importlib import resources

from bot.sandbox.state.accounts import Token

Needs = tuple[tuple[str, str], ...]
"""Permissions that are needed together, each with its access."""

#: Paths that GitHub serves beside the one its table lists.
_ALIASES = {
    "/repos/{owner}/{repo}/contents": "/repos/{owner}/{repo}/contents/{path}",
}

_DECIDED: dict[tuple[str, str], tuple[Needs, ...]] = {
    ("get", "/repos/{owner}/{repo}/pulls/{pull_number}"): ((("pull_requests", "read"),),),
    ("post", "/repos/{owner}/{repo}/releases/{release_id}/assets"): ((("contents", "write"),),),
}


@cache
def alternatives(method: str, template: str) -> tuple[Needs, ...]:
    """The sets of permissions of which a caller must hold one whole set, for a route spelled as in the table.

    Raises:
        KeyError: GitHub's table has no such route.
    """
    key = (method.lower(), _ALIASES.get(template, template))
    if key in _DECIDED:
        return _DECIDED[key]
    rows = _table()[key]
    if len(rows) > 1 and "workflows" in dict(rows):
        rest = tuple(row for row in rows if row[0] != "workflows")
        return (rest, tuple(rows))
    return tuple((row,) for row in rows)


def permits(token: Token, needed: tuple[Needs, ...]) -> bool:
    """Whether the token holds one whole set of ``needed``."""
    return any(all(token.allows(permission, access) for permission, access in needs) for needs in needed)


def accepted_header(needed: tuple[Needs, ...]) -> str:
    """The value of ``x-accepted-github-permissions``: sets parted by ``; ``, their members by ``,``."""
    return "; ".join(",".join(f"{permission}={access}" for permission, access in needs) for needs in needed)


@cache
def _table() -> dict[tuple[str, str], list[tuple[str, str]]]:
    text = resources.files("bot.sandbox").joinpath("data/permissions.jsonl").read_text("utf-8")
    table: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for line in text.splitlines()[1:]:
        row = json.loads(line)
        table.setdefault((row["verb"], row["path"]), []).append((row["permission"], row["access"]))
    return table
