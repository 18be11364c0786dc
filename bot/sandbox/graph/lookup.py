"""Finding things by their node id, and the entry points of queries."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from bot.sandbox.graph.fields import field
from bot.sandbox.graph.nodes import (
    MOST_PER_PAGE,
    Access,
    CommentNode,
    GitNode,
    GraphError,
    RefNode,
    ReleaseNode,
    ReviewNode,
    RunNode,
    SuiteNode,
    ThreadNode,
    require,
)
from bot.sandbox.graph.thread_fields import conversation_permissions
from bot.sandbox.http import Call
from bot.sandbox.ids import parse_node_id
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.repository import Repository

T = TypeVar("T")


@field("Query", "repository")
def find_repository(_root: Any, call: Call, *, owner: str, name: str, follow_renames: bool | None = None) -> Repository:
    """The repository of this name."""
    found = call.world.find_repository(owner, name)
    named = found is not None and found.full_name.lower() == f"{owner}/{name}".lower()
    if found is None or not call.token.reaches(found.id, found.owner.id) or not (named or follow_renames is not False):
        raise GraphError("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    return found


@field("Query", "node")
def node(_root: Any, call: Call, *, id: str) -> Any:  # noqa: A002  # GraphQL's name of the argument
    """Anything by its node id."""
    return get_node(call, id, "read")


@field("Query", "nodes")
def nodes(_root: Any, call: Call, *, ids: list[str]) -> list[Any]:
    """Several things by their node ids; what cannot be found or read is null, with an error of its own beside it.

    Raises:
        GraphError: More than 100 were asked for.
    """
    if len(ids) > MOST_PER_PAGE:
        raise GraphError(
            "ARGUMENT_LIMIT", f"You may not provide more than {MOST_PER_PAGE} node ids; you provided {len(ids)}."
        )
    return [_get_or_error(call, one) for one in ids]


def _get_or_error(call: Call, text: str) -> Any:
    try:
        return get_node(call, text, "read")
    except GraphError as error:
        # An error in place of an entry of the list stands in that entry's place of the answer.
        return error


@field("Query", "id")
def query_id(_root: Any, _call: Call) -> str:
    """The id of the query itself."""
    return "Q_kgDO"


@field("Query", "viewer")
def viewer(_root: Any, call: Call) -> User:
    """Who asks. GitHub shows an App's bot as if it were a User here, with ``[bot]`` in its login."""
    return replace(call.actor, type="User")


def get_node(call: Call, text: str, access: Access) -> Any:
    """The thing with a node id, if the caller may ``read`` or ``write`` it.

    Raises:
        GraphError: NOT_FOUND or FORBIDDEN.
    """
    found = find_node(call, text)
    if found is None:
        raise GraphError("NOT_FOUND", f"Could not resolve to a node with the global id of '{text}'")
    if not isinstance(found, User):
        repository = found if isinstance(found, Repository) else found.repository
        require(call, repository, access, *_permissions(found))
    return found


def get_node_of(call: Call, text: str, kind: type[T], access: Access) -> T:
    """Like `get_node`, for a thing that must be of one kind. Raises GraphError."""
    found = get_node(call, text, access)
    if not isinstance(found, kind):
        raise GraphError("NOT_FOUND", f"Could not resolve to a node with the global id of '{text}'")
    return found


def find_node(call: Call, text: str) -> Any | None:
    """The thing with a node id, in a repository the token reaches."""
    parsed = parse_node_id(text)
    if parsed is None:
        return None
    kind, key = parsed
    if kind in ("User", "Bot", "Organization"):
        return call.world.users.get(int(key))
    repositories = (r for r in call.world.repositories.values() if call.token.reaches(r.id, r.owner.id))
    find = _FINDERS.get(kind)
    if find is None:
        return None
    return next((one for repository in repositories for one in find(repository, key)), None)


def _permissions(found: Any) -> tuple[str, ...]:
    if isinstance(found, CommentNode | ThreadNode):
        if isinstance(found, ThreadNode) and isinstance(found.thread, PullRequest):
            return ("pull_requests",)
        return conversation_permissions(found.thread)
    if isinstance(found, ReviewNode):
        return ("pull_requests",)
    if isinstance(found, RunNode | SuiteNode):
        return ("checks",)
    return ("contents",) if isinstance(found, GitNode | RefNode | ReleaseNode) else ()


def _find_thread(repository: Repository, key: str) -> Iterator[ThreadNode]:
    for thread in repository.issues.values():
        if thread.id == int(key):
            yield ThreadNode(repository, thread)


def _find_comment(repository: Repository, key: str) -> Iterator[CommentNode]:
    for thread in repository.issues.values():
        for comment in thread.comments:
            if comment.id == int(key):
                yield CommentNode(repository, thread, comment)


def _find_review(repository: Repository, key: str) -> Iterator[ReviewNode]:
    for pull in repository.pulls:
        for review in pull.reviews:
            if review.id == int(key):
                yield ReviewNode(repository, pull, review)


def _find_git(repository: Repository, key: str) -> Iterator[GitNode]:
    owner, _, sha = key.partition(":")
    if owner == str(repository.id) and repository.store.has(sha):
        yield GitNode(repository, sha)


def _find_ref(repository: Repository, key: str) -> Iterator[RefNode]:
    owner, _, name = key.partition(":")
    sha = repository.store.find_ref(name) if owner == str(repository.id) else None
    if sha:
        yield RefNode(repository, name, sha)


def _find_repository(repository: Repository, key: str) -> Iterator[Repository]:
    if repository.id == int(key):
        yield repository


def _find_release(repository: Repository, key: str) -> Iterator[ReleaseNode]:
    if int(key) in repository.releases:
        yield ReleaseNode(repository, repository.releases[int(key)])


def _find_run(repository: Repository, key: str) -> Iterator[RunNode]:
    if int(key) in repository.check_runs:
        yield RunNode(repository, repository.check_runs[int(key)])


def _find_suite(repository: Repository, key: str) -> Iterator[SuiteNode]:
    if int(key) in repository.check_suites:
        yield SuiteNode(repository, repository.check_suites[int(key)])


_FINDERS: dict[str, Callable[[Repository, str], Iterator[Any]]] = {
    "Blob": _find_git,
    "CheckRun": _find_run,
    "CheckSuite": _find_suite,
    "Commit": _find_git,
    "Issue": _find_thread,
    "IssueComment": _find_comment,
    "PullRequest": _find_thread,
    "PullRequestReview": _find_review,
    "Ref": _find_ref,
    "Release": _find_release,
    "Repository": _find_repository,
    "Tag": _find_git,
    "Tree": _find_git,
}
