"""The objects GraphQL resolvers pass on: state, together with the repository it lies in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from graphql import GraphQLError

from bot.sandbox.http import Call, HttpError
from bot.sandbox.ids import node_id
from bot.sandbox.state.accounts import App, Team, User
from bot.sandbox.state.checks import CheckRun, CheckSuite
from bot.sandbox.state.conversation import Comment, Issue, Label, PullRequest, Reaction, Review
from bot.sandbox.state.releases import Release
from bot.sandbox.state.repository import Repository
from bot.sandbox.state.rulesets import Ruleset
from bot.sandbox.state.runs import Environment

MOST_PER_PAGE = 100


class GraphError(GraphQLError):
    """An error with GitHub's ``type``, such as NOT_FOUND or FORBIDDEN."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message, extensions={"type": kind})


class CutError(BaseException):
    """A fault switch ends the document before this mutation; not an Exception, so that no resolver swallows it."""


@dataclass(frozen=True, slots=True)
class GitNode:
    """A git object of a repository."""

    repository: Repository
    sha: str

    @property
    def type_name(self) -> str:
        """Blob, Commit, Tag or Tree."""
        return self.repository.store.kind(self.sha).capitalize()

    @property
    def id(self) -> str:
        """The object's node id."""
        return node_id(self.type_name, f"{self.repository.id}:{self.sha}")


@dataclass(frozen=True, slots=True)
class RefNode:
    """A ref of a repository."""

    repository: Repository
    name: str
    sha: str

    @property
    def id(self) -> str:
        """The ref's node id."""
        return node_id("Ref", f"{self.repository.id}:{self.name}")


@dataclass(frozen=True, slots=True)
class ThreadNode:
    """An issue or pull request."""

    repository: Repository
    thread: Issue


@dataclass(frozen=True, slots=True)
class CommentNode:
    """A comment in a conversation."""

    repository: Repository
    thread: Issue
    comment: Comment


@dataclass(frozen=True, slots=True)
class ReviewNode:
    """A review of a pull request."""

    repository: Repository
    pull: PullRequest
    review: Review


@dataclass(frozen=True, slots=True)
class ReleaseNode:
    """A release."""

    repository: Repository
    release: Release


@dataclass(frozen=True, slots=True)
class SuiteNode:
    """A check suite."""

    repository: Repository
    suite: CheckSuite


@dataclass(frozen=True, slots=True)
class RunNode:
    """A check run."""

    repository: Repository
    run: CheckRun


@dataclass(frozen=True, slots=True)
class EnvironmentNode:
    """An environment of a repository."""

    repository: Repository
    environment: Environment


@dataclass(frozen=True, slots=True)
class RulesetNode:
    """A ruleset of a repository, by the number it has there."""

    repository: Repository
    number: int
    ruleset: Ruleset


def type_name(value: Any) -> str:
    """The GraphQL type of what a resolver passed on, for interfaces and unions."""
    if isinstance(value, GitNode):
        return value.type_name
    if isinstance(value, ThreadNode):
        return "PullRequest" if isinstance(value.thread, PullRequest) else "Issue"
    if isinstance(value, User):
        return value.type
    return _TYPES[type(value)]


_TYPES: dict[type, str] = {
    App: "App",
    CommentNode: "IssueComment",
    EnvironmentNode: "Environment",
    Label: "Label",
    Reaction: "Reaction",
    RefNode: "Ref",
    ReleaseNode: "Release",
    Repository: "Repository",
    ReviewNode: "PullRequestReview",
    RulesetNode: "RepositoryRuleset",
    RunNode: "CheckRun",
    SuiteNode: "CheckSuite",
    Team: "Team",
}

Access = Literal["read", "write"]


def require(call: Call, repository: Repository | None, access: Access, *permissions: str) -> Repository:
    """Let a resolver go on only if the token reaches the repository and holds one of the permissions.

    Raises:
        GraphError: NOT_FOUND or FORBIDDEN.
    """
    if repository is None or not call.token.reaches(repository.id, repository.owner.id):
        raise GraphError("NOT_FOUND", "Could not resolve to a node with the global id given.")
    if permissions and not any(call.token.allows(permission, access) for permission in permissions):
        raise GraphError("FORBIDDEN", "Resource not accessible by integration")
    return repository


def as_graph_error(error: HttpError) -> GraphError:
    """What REST would have refused, in GraphQL's words."""
    kind = {401: "FORBIDDEN", 403: "FORBIDDEN", 404: "NOT_FOUND"}.get(error.status, "UNPROCESSABLE")
    details = [e if isinstance(e, str) else str(e.get("message") or f"{e.get('field')} {e.get('code')}")
               for e in error.errors or ()]  # fmt: skip
    return GraphError(kind, "; ".join(details) or error.message)


def connection(
    name: str,
    items: Sequence[Any],
    *,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    """One page of a list, with cursors. The bounds are GitHub's.

    Raises:
        GraphError: Neither ``first`` nor ``last`` was given, or more than 100 were asked for.
    """
    if first is None and last is None:
        raise GraphError(
            "MISSING_PAGINATION_BOUNDARIES",
            f"You must provide a `first` or `last` value to properly paginate the `{name}` connection.",
        )
    for word, asked in (("first", first), ("last", last)):
        if asked is not None and not 0 <= asked <= MOST_PER_PAGE:
            raise GraphError(
                "EXCESSIVE_PAGINATION",
                f"Requesting {asked} records on the `{name}` connection exceeds the `{word}` limit of 100 records.",
            )
    start = _position(after) + 1 if after else 0
    end = _position(before) if before else len(items)
    window = range(start, min(end, len(items)))
    if first is not None:
        window = window[:first]
    if last is not None:
        window = window[max(len(window) - last, 0) :]
    nodes = [items[index] for index in window]
    return {
        "nodes": nodes,
        "edges": [{"node": items[index], "cursor": _cursor(index)} for index in window],
        "totalCount": len(items),
        "pageInfo": {
            "hasNextPage": bool(window) and window[-1] + 1 < len(items),
            "hasPreviousPage": bool(window) and window[0] > 0,
            "startCursor": _cursor(window[0]) if window else None,
            "endCursor": _cursor(window[-1]) if window else None,
        },
    }


def _cursor(index: int) -> str:
    return f"Y3Vyc29y{index}"


def _position(cursor: str) -> int:
    digits = cursor.removeprefix("Y3Vyc29y")
    if not digits.isdecimal():
        raise GraphError("INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor.")
    return int(digits)
