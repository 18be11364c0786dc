"""The versions of GitHub's REST API, and what the newer one leaves out.

Source: GitHub's page "Breaking changes", version 2026-03-10.
"""

from typing import Any

from bot.sandbox.http import BadRequestError, Request

DEFAULT = "2022-11-28"
SUPPORTED = (DEFAULT, "2026-03-10")

_REMOVED = frozenset({"merge_commit_sha", "assignee", "rate", "bundle"})


def select_version(request: Request) -> str:
    """The version a request asks for. Raises BadRequestError (400) for one that does not exist."""
    version = request.headers.get("x-github-api-version", DEFAULT)
    if version not in SUPPORTED:
        raise BadRequestError(f'"{version[:40]}" is not a supported version of the API')
    return version


def without_removed(content: Any, version: str) -> Any:
    """An answer without the fields its version has no more."""
    if version == DEFAULT:
        return content
    if isinstance(content, list):
        return [without_removed(item, version) for item in content]
    if isinstance(content, dict):
        return {key: without_removed(value, version) for key, value in content.items() if key not in _REMOVED}
    return content
