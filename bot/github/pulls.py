"""Adapters: pull requests, what they change, and who pushed to a branch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.github.client import Session
from bot.github.errors import NotFound, Unprocessable
from bot.github.facts import MergeMethod, MergeState, Merging, Person, PullRequest, PullText, Push, Repository
from bot.github.read import read_account_node, read_moment, read_person, read_pull, read_repository

MOST_FILES = 300
"""How many files of a pull request are read; a release changes a handful."""

MOST_PUSHES = 300
"""How many moves of a branch are read."""

_MERGING = """
query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    squashMergeAllowed mergeCommitAllowed rebaseMergeAllowed
    pullRequest(number: $number) {
      mergeStateStatus isMergeQueueEnabled isInMergeQueue
      commits(last: 1) { nodes { commit { committedDate } } }
    }
  }
}"""

_ENQUEUE = """
mutation($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) { clientMutationId } }"""

_LABELLED = """
query($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    timelineItems(last: 50, itemTypes: [LABELED_EVENT]) { nodes { ... on LabeledEvent {
      label { name }
      actor { __typename login ... on User { databaseId } ... on Bot { databaseId } }
    } } }
  } }
}"""


async def list_pulls(session: Session, branch: str, *, limit: int = 3) -> list[PullRequest]:
    """The newest pull requests from ``branch`` of this very repository, whatever their state, newest first."""
    params = {"state": "all", "head": f"{session.owner}:{branch}", "sort": "created", "direction": "desc"}
    listed = session.list("/repos/{repository}/pulls", params=params, limit=limit)
    return [read_pull(data) async for data in listed]


async def get_pull(session: Session, number: int) -> PullRequest:
    """The pull request ``number``. Raises NotFound."""
    return read_pull(await session.get("/repos/{repository}/pulls/{number}", number=number))


async def find_pull(session: Session, number: int) -> tuple[PullRequest, Repository] | None:
    """The pull request ``number`` and the repository, which GitHub gives along; None when it is an issue or nothing."""
    data = await session.find("/repos/{repository}/pulls/{number}", number=number)
    return (read_pull(data), read_repository(data["base"]["repo"])) if data else None


async def ensure_pull(
    session: Session, *, branch: str, base: str, title: str, body: str
) -> tuple[PullRequest | None, bool]:
    """The open pull request from ``branch``, and whether it was made just now.

    It is None when GitHub says there is one but does not show it yet.
    """
    request = {"head": branch, "base": base, "title": title, "body": body, "maintainer_can_modify": False}
    try:
        return read_pull(await session.post("/repos/{repository}/pulls", request)), True
    except Unprocessable as error:
        if not error.pull_request_exists:
            raise
    there = await list_pulls(session, branch, limit=50)
    return next((pull for pull in there if pull.is_open and pull.base_branch == base), None), False


async def get_text(session: Session, number: int) -> PullText:
    """What the pull request says now. Raises NotFound."""
    data = await session.get("/repos/{repository}/pulls/{number}", number=number)
    return PullText(str(data["title"]), str(data.get("body") or ""))


async def update_pull(
    session: Session, number: int, *, body: str | None = None, title: str | None = None
) -> PullRequest:
    """Give the pull request another text and another title; what is None stays."""
    change = {name: text for name, text in (("title", title), ("body", body)) if text is not None}
    data = await session.patch("/repos/{repository}/pulls/{number}", change, number=number)
    return read_pull(data)


async def close_pull(session: Session, number: int) -> PullRequest:
    """Close the pull request; one that is closed stays closed."""
    return read_pull(await session.patch("/repos/{repository}/pulls/{number}", {"state": "closed"}, number=number))


async def add_label(session: Session, number: int, label: str) -> None:
    """Give the pull request a label, which is made where the repository has none of that name; one that it has stays."""
    await session.post("/repos/{repository}/issues/{number}/labels", {"labels": [label]}, number=number)


async def remove_label(session: Session, number: int, label: str) -> None:
    """Take a label off the pull request; one that is not there is no error."""
    with suppress(NotFound):
        await session.delete("/repos/{repository}/issues/{number}/labels/{label}", number=number, label=label)


async def find_labeller(session: Session, number: int, label: str) -> Person | None:
    """Who gave the pull request a label that it has; None when that was long ago, or their account is gone."""
    data = await session.graphql(_LABELLED, {"owner": session.owner, "name": session.name, "number": number})
    nodes = data["repository"]["pullRequest"]["timelineItems"]["nodes"]
    ours = [node for node in nodes if node and str(node["label"]["name"]).lower() == label]
    return read_account_node(ours[-1]["actor"]) if ours else None


async def get_merging(session: Session, number: int) -> Merging:
    """How the open pull request ``number`` can be merged, and what is in the way. Raises GitHubError."""
    variables: dict[str, object] = {"owner": session.owner, "name": session.name, "number": number}
    data = (await session.graphql(_MERGING, variables))["repository"]
    pull = data["pullRequest"]
    offered: dict[MergeMethod, bool] = {
        "squash": data["squashMergeAllowed"],
        "merge": data["mergeCommitAllowed"],
        "rebase": data["rebaseMergeAllowed"],
    }
    dates = [read_moment(node["commit"]["committedDate"]) for node in pull["commits"]["nodes"] if node]
    states = {state.value: state for state in MergeState}
    return Merging(
        methods=tuple(method for method, allowed in offered.items() if allowed),
        state=states.get(str(pull["mergeStateStatus"]), MergeState.UNKNOWN),
        has_queue=bool(pull["isMergeQueueEnabled"]),
        queued=bool(pull["isInMergeQueue"]),
        head_at=dates[-1] if dates else None,
    )


async def enqueue_pull(session: Session, pull: PullRequest, *, head: str) -> None:
    """Put it into the merge queue of its base, if the head still is ``head``.

    Raises:
        GraphQLError: it stands there already, has another head, or something that is required is missing.
    """
    given = {"pullRequestId": pull.node_id, "expectedHeadOid": head}
    await session.graphql(_ENQUEUE, {"input": given})


async def merge_pull(session: Session, number: int, *, head: str, method: MergeMethod) -> None:
    """Merge, if the head still is ``head``.

    Raises:
        NotMergeable: a rule is not met, or it is in conflict, closed or merged.
        Conflict: the head is another one.
    """
    body = {"sha": head, "merge_method": method}
    await session.put("/repos/{repository}/pulls/{number}/merge", body, number=number)


async def list_commits(session: Session, number: int) -> list[str]:
    """The commits of a pull request, oldest first (at most 250, says GitHub)."""
    listed = session.list("/repos/{repository}/pulls/{number}/commits", number=number, params={"per_page": "100"})
    return [str(data["sha"]) async for data in listed]


async def list_files(session: Session, number: int) -> list[str]:
    """The paths a pull request changes against its base, at most ``MOST_FILES``; of a renamed file both names."""
    params = {"per_page": "100"}
    listed = session.list("/repos/{repository}/pulls/{number}/files", number=number, params=params, limit=MOST_FILES)
    return [path async for data in listed for path in _paths(data)]


async def list_pushes(session: Session, branch: str) -> AsyncIterator[Push]:
    """Who moved ``branch``, newest first, by the repository's activity, whatever pull requests came and went from it.

    Commit authors can be forged; who pushed cannot. More than ``MOST_PUSHES`` are not read.
    """
    params = {"ref": f"refs/heads/{branch}", "per_page": "100"}
    async for data in session.list("/repos/{repository}/activity", params=params, limit=MOST_PUSHES):
        at = datetime.fromisoformat(data["timestamp"])
        yield Push(read_person(data.get("actor")), str(data["before"]), str(data["after"]), at)


def _paths(data: Mapping[str, Any]) -> list[str]:
    return [str(data[name]) for name in ("filename", "previous_filename") if data.get(name)]
