"""GraphQL as GitHub speaks it: pure, from the answered document to its data or an error.

gidgethub's own ``graphql`` ignores the base address and takes every error for the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from bot.github.errors import (
    A_MINUTE,
    GitHubError,
    GraphQLError,
    GraphQLProblem,
    PermissionMissing,
    RateLimited,
    Unavailable,
)

_BEGINS_AS_QUERY = re.compile(r"(?:\s|,|\ufeff|#[^\n\r]*)*(?:query\b|\{)")
_LIMITS = {"RATE_LIMITED", "RATE_LIMIT"}
_NO_PERMISSION = "resource not accessible by"
# What GitHub says, at HTTP 200 and without a type, when a query ran out of its ten seconds.
_GAVE_UP = "something went wrong while executing your query"


_T = TypeVar("_T")


def in_batches(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """``items`` in their order, so many to a document."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def is_query(document: str) -> bool:
    """Whether a document certainly changes nothing: it begins as a query and the word mutation is nowhere in it.

    A document that only looks like a mutation is not repeated after a failure: that costs a request less, not more.
    """
    return _BEGINS_AS_QUERY.match(document) is not None and "mutation" not in document


def get_data(
    answer: object, *, path: str, changes: bool, wait: timedelta | None, may_lack: Sequence[tuple[str, ...]] = ()
) -> dict[str, Any]:
    """The ``data`` of an answered document.

    ``changes`` says that the document holds mutations, ``wait`` for how long a rate limit lasts according to the headers,
    if they say, and ``may_lack`` names parts whose own errors are none: such a part is null then, told in part or not.

    Raises:
        RateLimited: the points of this hour are spent; GitHub says so at HTTP 200.
        Unavailable: GitHub gave up on the document, or what came back is no answer to one.
        PermissionMissing: the App may not do it, or may not see a part of what it asked for.
        GraphQLError: any other error, also beside partial data.
    """
    if not isinstance(answer, dict):
        raise Unavailable("it is no GraphQL answer", 200, "POST", path, ambiguous=changes)
    found = answer.get("data")
    data = found if isinstance(found, dict) else None
    problems = _read_problems(answer.get("errors"))
    for part in may_lack:
        problems = _leave_out(data, part, problems)
    if problems:
        raise _get_error(problems, data, path=path, changes=changes, wait=wait)
    if data is None:
        raise Unavailable("the GraphQL answer has no data", 200, "POST", path, ambiguous=changes)
    return data


def _leave_out(
    data: dict[str, Any] | None, part: tuple[str, ...], problems: tuple[GraphQLProblem, ...]
) -> tuple[GraphQLProblem, ...]:
    """The problems that are not of this part alone; where it has some, and all around it is there, it becomes null."""
    around: Any = data
    for step in part[:-1]:
        around = around.get(step) if isinstance(around, dict) else None
    others = tuple(one for one in problems if one.path[: len(part)] != part or one.type in _LIMITS)
    if not isinstance(around, dict) or len(others) == len(problems):
        return problems
    around[part[-1]] = None
    return others


def _get_error(
    problems: tuple[GraphQLProblem, ...],
    data: Mapping[str, Any] | None,
    *,
    path: str,
    changes: bool,
    wait: timedelta | None,
) -> GitHubError:
    asked = (problems[0].message, 200, "POST", path)
    # A document with several mutations is not atomic. As soon as one was carried out, "try again later" and "not
    # permitted" would both be half of the truth.
    untouched = not any((data or {}).values())
    if untouched or not changes:
        if any(problem.type in _LIMITS for problem in problems):
            return RateLimited(*asked, retry_after=wait or A_MINUTE, resource="graphql", stated=wait is not None)
        if any(_GAVE_UP in problem.message.lower() for problem in problems):
            return Unavailable("it gave up on the query", 200, "POST", path, ambiguous=changes)
    if (untouched or not changes) and all(_NO_PERMISSION in problem.message.lower() for problem in problems):
        return PermissionMissing(*asked)
    return GraphQLError(*asked, errors=problems, data=data)


def _read_problems(errors: object) -> tuple[GraphQLProblem, ...]:
    if not errors:
        return ()
    entries = errors if isinstance(errors, list) else [errors]
    return tuple(_read_problem(entry) for entry in entries)


def _read_problem(entry: object) -> GraphQLProblem:
    if not isinstance(entry, dict):
        return GraphQLProblem("", (), str(entry))
    steps = entry.get("path")
    path = tuple(step for step in steps if isinstance(step, str | int)) if isinstance(steps, list) else ()
    return GraphQLProblem(str(entry.get("type") or ""), path, str(entry.get("message") or "no message"))
