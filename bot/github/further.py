"""Adapter: what landed on a branch since its history was read last, and what was changed of what had landed before.

A commit never changes, and of a merged pull request it shows when something was changed last. So one document tells all
that is new of a history of thousands of commits: its newest page, and the pull requests that were changed since.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from bot.github.client import Session
from bot.github.facts import TagRef
from bot.github.history import COMMIT, FILES, MOST_COMMITS, PAGE, PAGE_WITH_PATHS, PULL, choose_pull, read_commits
from bot.github.landed import History, Landed, LandedPull
from bot.github.read import Json, read_moment

_MOST_CHANGED: Final = 50
_MOST_CHANGED_WITH_PATHS: Final = 20

_LAG: Final = timedelta(minutes=5)
"""By how much GitHub's clock may be behind ours, and what it shows behind that: an App whose clock is off by a minute cannot log in."""

_FURTHER: Final = f"""
query($owner: String!, $name: String!, $tag: String!, $head: String!, $last: Int!, $changed: Int!) {{
  repository(owner: $owner, name: $name) {{
    ref(qualifiedName: $tag) {{
      target {{ oid ... on Tag {{ target {{ oid }} }} }}
      compare(headRef: $head) {{
        headTarget {{ oid }} aheadBy behindBy
        commits(last: $last) {{ nodes {{{COMMIT}
        }} }}
      }}
    }}
    pullRequests(
      states: [MERGED], baseRefName: $head, first: $changed, orderBy: {{field: UPDATED_AT, direction: DESC}}
    ) {{ nodes {{ updatedAt ...landed }} }}
  }}
}}{PULL}"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A history as it was read ``at`` a moment; ``whole_at`` says when it was last read from its beginning.

    Its pull requests are as GitHub told them, whatever somebody has found out of their files besides.
    """

    history: History
    at: datetime
    whole_at: datetime


async def read_further(
    session: Session, reading: Reading, *, tag: TagRef, branch: str, paths: bool, now: datetime
) -> Reading | None:
    """The same history as it is ``now``; None when it takes a reading from the beginning to tell.

    ``tag`` must be where it was. The answer is the whole history where it is one at all: its commits are followed from the
    head through their parents, and must be as many as GitHub counts. So it is none where more landed than one page shows.

    Raises:
        Unavailable: GitHub gave up on the document.
        GitHubError: GitHub cannot be asked at the moment.
    """
    last, most = (PAGE_WITH_PATHS, _MOST_CHANGED_WITH_PATHS) if paths else (PAGE, _MOST_CHANGED)
    variables = {"owner": session.owner, "name": session.name, "tag": f"refs/tags/{tag.name}", "head": branch}
    document = _FURTHER.replace("FILES", FILES if paths else "")
    data = await session.graphql_in_part(document, variables | {"last": last, "changed": most})
    repository = data["repository"] or {}
    ref, pulls = repository.get("ref") or {}, repository.get("pullRequests")
    compared = ref.get("compare")
    if compared is None or pulls is None or int(compared["aheadBy"]) > MOST_COMMITS or _find_commit(ref) != tag.commit:
        return None
    if None in pulls["nodes"]:
        # One that is hidden may be any of them.
        return None
    changed = [node for node in pulls["nodes"] if _is_changed(node, reading.at - _LAG)]
    if len(changed) >= most:
        return None
    page = await read_commits(session, branch, compared["commits"]["nodes"], paths=paths)
    commits = _with_changes(reading.history, page, changed, branch)
    if commits is None:
        return None
    known = replace(reading.history, commits=commits)
    history = known.go_on(page, head=str(compared["headTarget"]["oid"]), count=int(compared["aheadBy"]))
    if history is None:
        return None
    return Reading(replace(history, is_beside=int(compared["behindBy"]) > 0), now, reading.whole_at)


def _find_commit(ref: Json) -> str:
    target = ref["target"]
    return str((target.get("target") or target)["oid"])


def _is_changed(node: Json, since: datetime) -> bool:
    updated = read_moment(node.get("updatedAt"))
    return updated is None or updated >= since


def _with_changes(
    known: History, page: Iterable[Landed], nodes: Iterable[Json], branch: str
) -> tuple[Landed, ...] | None:
    """The commits that are ``known``, with what was changed of pull requests that the newest ``page`` does not tell by itself.

    None where GitHub by now associates one with a commit that was known without it: then others may belong to it as well.
    """
    newest = {one.sha: one.pull for one in page}
    older = [commit for commit in known.commits if commit.sha not in newest]
    brought = {commit.pull.number for commit in older if commit.pull is not None}
    alone = {commit.sha for commit in older if commit.pull is None}
    if alone and any(commit.pull is None and newest.get(commit.sha) is not None for commit in known.commits):
        return None
    fresh: dict[int, LandedPull] = {}
    for node in nodes:
        pull = choose_pull([node], branch)
        if pull is not None and pull.number in brought:
            fresh[pull.number] = pull
        elif pull is not None and pull.merge_commit in alone:
            return None
    return tuple(_with_pull(commit, fresh) for commit in known.commits)


def _with_pull(commit: Landed, fresh: Mapping[int, LandedPull]) -> Landed:
    pull = fresh.get(commit.pull.number) if commit.pull is not None else None
    return replace(commit, pull=pull) if pull is not None else commit
