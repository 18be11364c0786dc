"""Where a request may go, and how its path is made.

Every request carries a token, so its address is checked right before it is sent: an address that came in a payload, in
a ``Link`` header or through a variable must not lead the token to another host, nor to another resource of this one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self, TypeAlias
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

import uritemplate

from bot.github.errors import Refused

_Origin: TypeAlias = tuple[str, str, int | None]
"""Scheme, host and port."""

_FULL_NAME = re.compile(r"(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)", re.ASCII)
# Without the backslash, which some parsers take for a slash, and the braces of a template.
_PLAIN_CHARACTERS = re.compile(r"[!-\[\]-z|~]+")
_REPOSITORY_IN_PATH = re.compile(r"/(?:repos/[^/]+/[^/]+|repositories/[^/]+)")
_NUMBER_IN_PATH = re.compile(r"/\d+(?=/|$)")


@dataclass(frozen=True, slots=True)
class Addresses:
    """The three places where GitHub takes requests; none ends with a slash."""

    api: str
    graphql: str
    upload: str

    @classmethod
    def of(cls, api_base: str, upload_base: str | None = None) -> Self:
        """What follows from the base of the REST API.

        github.com has ``api.`` and ``uploads.github.com``, data residency ``api.SUB.ghe.com`` likewise, Enterprise
        Server ``HOST/api/v3``, ``HOST/api/graphql`` and ``HOST/api/uploads`` (docs: Enterprise Server, using the REST
        API). Any other base is taken for a server that answers everything itself.

        Raises:
            ValueError: it is not a plain http or https address.
        """
        api = _plain(api_base)
        parts = urlsplit(api)
        host = parts.hostname or ""
        if parts.path == "/api/v3":
            root = api.removesuffix("/v3")
            return cls(api, f"{root}/graphql", _plain(upload_base or f"{root}/uploads"))
        if not parts.path and (host == "api.github.com" or (host.startswith("api.") and host.endswith(".ghe.com"))):
            return cls(api, f"{api}/graphql", _plain(upload_base or api.replace("://api.", "://uploads.", 1)))
        return cls(api, f"{api}/graphql", _plain(upload_base or api))

    @property
    def is_enterprise_server(self) -> bool:
        """Whether it is laid out as an Enterprise Server, which keeps some things longer than github.com."""
        return self.api.endswith("/api/v3")


def _plain(base: str) -> str:
    split = _split(base)
    if split is None or split[0].scheme not in ("http", "https") or not split[0].hostname or split[0].query:
        raise ValueError("the address of GitHub's API must be like https://api.github.com")
    return base.rstrip("/")


def is_within(url: str, base: str) -> bool:
    """Whether ``url`` is ``base`` or below it: same scheme, host and port, and no way out of its path."""
    asked, allowed = _split(url), _split_base(base)
    if asked is None or allowed is None or asked[1] != allowed[1]:
        return False
    path = asked[0].path
    # Also in their quoted form: a server may unquote a path before it resolves the dots.
    if {".", ".."} & set(unquote(path).split("/")):
        return False
    root = allowed[0].path.rstrip("/")
    return path == root or path.startswith(f"{root}/")


def _split(url: str) -> tuple[SplitResult, _Origin] | None:
    """The parts of an address and its origin; None for one that no request may go to."""
    if not _PLAIN_CHARACTERS.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        origin = _find_origin(parts)
    except ValueError:
        return None
    return None if "@" in parts.netloc or parts.fragment else (parts, origin)


_split_base = lru_cache(maxsize=16)(_split)
"""Bases come from the operator's settings, and every request is held against one."""


def _find_origin(parts: SplitResult) -> _Origin:
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or usual


def split_name(full_name: str) -> tuple[str, str]:
    """Owner and name of ``owner/name``.

    Raises:
        Refused: it is not the full name of a repository.
    """
    match = _FULL_NAME.fullmatch(full_name)
    if match is None or {".", ".."} & set(match.groups()):
        raise Refused(f"{full_name[:100]!r} is not the full name of a repository")
    return match["owner"], match["name"]


def fill(template: str, variables: Mapping[str, str | int]) -> str:
    """A path with its variables, each quoted as one segment: a slash in a branch name becomes ``%2F``.

    Raises:
        ValueError: a variable has no value or a value no variable (a mistake in the calling code).
        Refused: an empty value, which would address the collection instead of a member of it.
    """
    compiled = _compile(template)
    wanted = set(compiled.variable_names)
    if wanted != set(variables):
        raise ValueError(f"{template} does not take {sorted(wanted ^ set(variables))}, or lacks it")
    for name, value in variables.items():
        if value == "":
            raise Refused(f"{name} is empty", path=template)
    return compiled.expand({name: str(value) for name, value in variables.items()})


@lru_cache(maxsize=256)  # Templates stand in our code, and they are few.
def _compile(template: str) -> uritemplate.URITemplate:
    return uritemplate.URITemplate(template)


def add_query(address: str, params: Mapping[str, object] | None) -> str:
    """The address with more query parameters; those that are ``None`` are left out, booleans written as GitHub does."""
    pairs = [(name, _written(value)) for name, value in (params or {}).items() if value is not None]
    if not pairs:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(pairs)}"


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def path_of(url: str) -> str:
    """The path of an address, without host, query and whatever secret they hold; for errors and logs."""
    try:
        return urlsplit(url).path[:300]
    except ValueError:
        return "?"


def template_of(url: str) -> str:
    """The path of an address with its names and numbers taken out, so that logs and figures can be added up."""
    path = _REPOSITORY_IN_PATH.sub("/repos/{repository}", path_of(url), count=1)
    return _NUMBER_IN_PATH.sub("/{number}", path)
