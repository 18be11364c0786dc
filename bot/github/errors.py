"""Everything that can go wrong between us and GitHub, as a small tree, each with a reason that can be shown."""

# ruff: noqa: N818 - "NotFound" and "RateLimited" read as what they are; the tree's root has the suffix for all of them.

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

_SECRETS = re.compile(
    # Installation tokens have no fixed length or alphabet any more (changelog of 2026-05-15: ~520 characters, two dots).
    r"gh[opsur]_[A-Za-z0-9._-]{10,}|github_pat_\w{20,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_LONGEST_REASON = 300
A_MINUTE = timedelta(minutes=1)
"""How long to wait after a limit that does not say for how long (docs: rate limits for the REST API)."""


def redact(text: str) -> str:
    """``text`` with every token, JWT and private key in it replaced by ``***``."""
    return _SECRETS.sub("***", text)


_WHOLE = re.compile(
    r"(?:/api/v3)?/(?:app/installations/[^/]+/access_tokens|repos/(?:[^/]+/[^/]+|\{repository\})|repositories/\d+)"
)
"""The addresses of a repository as a whole, and of the tokens for it."""


class Problem(NamedTuple):
    """One entry of the ``errors`` of a 422 answer; parts that GitHub left out are empty."""

    resource: str
    field: str
    code: str
    message: str


class GraphQLProblem(NamedTuple):
    """One entry of the ``errors`` of a GraphQL answer; ``path`` leads to the field, ``type`` may be empty."""

    type: str
    path: tuple[str | int, ...]
    message: str


class GitHubError(Exception):
    """GitHub did not do what was asked.

    ``status`` is that of the answer, or 0 when none came; ``path`` has no host and no query. Everything specific is an
    attribute with a default, so that every error survives pickling.
    """

    def __init__(self, message: str, status: int = 0, method: str = "", path: str = "") -> None:
        message = redact(message)
        super().__init__(message, status, method, path)
        self.message = message
        self.status = status
        self.method = method
        self.path = path

    def __str__(self) -> str:
        answer = f"{self.status} " if self.status else ""
        return f"{answer}{self.message} ({self.method} {self.path})"


class Refused(GitHubError):
    """We did not send the request: its address leads away from GitHub, or somewhere else than its template says."""


class Moved(GitHubError):
    """A redirect that is not ours to follow: a repository that was renamed, or a 303 to what exists already."""

    def __init__(self, message: str, status: int = 0, method: str = "", path: str = "", *, location: str = "") -> None:
        super().__init__(message, status, method, path)
        self.location = location


class BadCredentials(GitHubError):
    """401: the token or the App's key is not accepted."""


class Forbidden(GitHubError):
    """403 for any reason but a missing permission of the App: a rule, a suspended installation, a locked thread."""


class PermissionMissing(Forbidden):
    """The App's installation was not granted a permission that this request needs.

    ``wanted`` holds the alternatives, each a set of permissions that would be enough together: as the header
    ``x-accepted-github-permissions`` names them, or the ones that a token was refused for. It may be empty.
    """

    def __init__(
        self,
        message: str,
        status: int = 0,
        method: str = "",
        path: str = "",
        *,
        wanted: tuple[Mapping[str, str], ...] = (),
    ) -> None:
        super().__init__(message, status, method, path)
        self.wanted = wanted


class NotFound(GitHubError):
    """404: it does not exist, or we may not know that it does.

    A tag or release on a commit that changes workflow files is refused like this as well, when the App lacks
    ``workflows: write``; ``wanted`` then says so.
    """

    def __init__(
        self,
        message: str,
        status: int = 0,
        method: str = "",
        path: str = "",
        *,
        wanted: tuple[Mapping[str, str], ...] = (),
    ) -> None:
        super().__init__(message, status, method, path)
        self.wanted = wanted


class NotMergeable(GitHubError):
    """405: the pull request cannot be merged now, or is merged."""


class Conflict(GitHubError):
    """409: what the request expected to find has changed meanwhile."""


class Gone(GitHubError):
    """410: it existed and does not exist any more, such as the log of an old run."""


class Unprocessable(GitHubError):
    """422: GitHub understood and declined. ``codes`` tells what for; it is empty where only ``message`` does."""

    def __init__(
        self, message: str, status: int = 0, method: str = "", path: str = "", *, codes: tuple[Problem, ...] = ()
    ) -> None:
        super().__init__(message, status, method, path)
        self.codes = codes

    def says(self, text: str) -> bool:
        """Whether the message, or that of one of the problems, contains ``text``, in any case."""
        texts = (self.message, *(problem.message for problem in self.codes))
        return any(text.casefold() in candidate.casefold() for candidate in texts)

    def has_code(self, code: str, field: str | None = None) -> bool:
        """Whether a problem has this code (of this field)."""
        return any(problem.code == code and field in (None, problem.field) for problem in self.codes)

    @property
    def already_exists(self) -> bool:
        """Whatever was to be created is there: a ref, a label, a release, a pull request."""
        return self.has_code("already_exists") or self.says("already exists")

    @property
    def against_a_rule(self) -> bool:
        """A ruleset forbids it, or an immutable release does, which works through rules as well."""
        return self.says("rule violations found")

    @property
    def reference_exists(self) -> bool:
        """``POST /git/refs`` for a branch or tag that is there."""
        return self.says("Reference already exists")

    @property
    def pull_request_exists(self) -> bool:
        """An open pull request joins the same two branches."""
        return self.says("A pull request already exists")


class RateLimited(GitHubError):
    """A primary or secondary limit: nothing was done, and nothing should be asked before ``retry_after`` is over.

    ``resource`` is the bucket that is empty, such as ``core`` or ``graphql``, or empty when everything has to wait (a
    secondary limit). ``stated`` tells whether GitHub said for how long.
    """

    def __init__(
        self,
        message: str,
        status: int = 0,
        method: str = "",
        path: str = "",
        *,
        retry_after: timedelta = A_MINUTE,
        resource: str = "",
        stated: bool = True,
    ) -> None:
        super().__init__(message, status, method, path)
        self.retry_after = retry_after
        self.resource = resource
        self.stated = stated


class Unavailable(GitHubError):
    """No usable answer: a time-out, a broken connection, 5xx, a page of HTML, JSON that ends early.

    ``ambiguous`` is true for a write that may have been carried out all the same: read back before you repeat it.
    """

    def __init__(
        self, message: str, status: int = 0, method: str = "", path: str = "", *, ambiguous: bool = False
    ) -> None:
        super().__init__(message, status, method, path)
        self.ambiguous = ambiguous


class GraphQLError(GitHubError):
    """A GraphQL answer with errors. ``data`` is what was answered beside them: several mutations are not atomic."""

    def __init__(
        self,
        message: str,
        status: int = 0,
        method: str = "",
        path: str = "",
        *,
        errors: tuple[GraphQLProblem, ...] = (),
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, status, method, path)
        self.errors = errors
        self.data = data

    @property
    def types(self) -> frozenset[str]:
        """The kinds of error, such as ``NOT_FOUND``, ``FORBIDDEN``, ``STALE_DATA``, ``UNPROCESSABLE``."""
        return frozenset(problem.type for problem in self.errors)


def describe(error: GitHubError) -> str:
    """The reason in one short line of plain text, without tokens; it has no markup and no full stop.

    The text is partly GitHub's, which repeats what people typed: escape it like any other foreign text.
    """
    return _one_line(_reason(error))


def _reason(error: GitHubError) -> str:
    match error:
        case PermissionMissing(wanted=wanted) if wanted:
            return f"the App needs the permission {_alternatives(wanted)}"
        case PermissionMissing():
            return "the App lacks a permission for this"
        case RateLimited():
            return f"GitHub asks to wait {_duration(error.retry_after)}"
        case Unavailable(ambiguous=True):
            return f"GitHub did not confirm a change: {error.message}"
        case Unavailable():
            return f"GitHub could not be reached: {error.message}"
        case BadCredentials():
            return "GitHub does not accept the App's credentials"
        case NotFound(message=message) if message.casefold() != "not found":
            return message
        case NotFound():
            return "not found on GitHub, or hidden from the App"
        case Refused():
            return f"not asked: {error.message}"
        case Unprocessable():
            details = [problem.message for problem in error.codes if problem.message]
            details += [f"{problem.field}: {problem.code}" for problem in error.codes if not problem.message]
            return f"GitHub declined: {'; '.join(details) or error.message}"
        case _:
            return f"GitHub declined: {error.message}"


def _alternatives(wanted: tuple[Mapping[str, str], ...]) -> str:
    return ", or ".join(
        " and ".join(f"{name}: {level}" for name, level in permissions.items()) for permissions in wanted
    )


def _duration(wait: timedelta) -> str:
    seconds = max(1, round(wait.total_seconds()))
    if seconds < 120:
        return f"{seconds} second{'s' if seconds > 1 else ''}"
    return f"{-(-seconds // 60)} minutes"


def _one_line(text: str) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in redact(text)).split()).rstrip(".")
    return line if len(line) <= _LONGEST_REASON else line[: _LONGEST_REASON - 1] + "…"


def is_out_of_reach(error: GitHubError) -> bool:
    """Whether an error says that we may not act in the repository at all: suspended, uninstalled, removed, moved or deleted.

    A token is good for an hour, so it may be the repository itself that is not found, and not the installation.
    """
    if isinstance(error, PermissionMissing):
        return False
    if isinstance(error, Forbidden):
        return "suspended" in error.message.lower()
    return isinstance(error, NotFound) and _WHOLE.fullmatch(error.path) is not None
