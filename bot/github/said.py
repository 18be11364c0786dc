"""Adapters: what was said in a repository lately, and what has become of it since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from bot.github.client import Session
from bot.github.comments import Reaction
from bot.github.facts import Person
from bot.github.graphql import in_batches
from bot.github.read import read_moment

_MOST_COMMENTS: Final = 5000
_MOST_PAGES: Final = 10

_REVIEWS: Final = """
query($owner: String!, $name: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    pullRequests(first: 20, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) {
      pageInfo { hasNextPage endCursor }
      nodes {
        number updatedAt
        reviews(last: 30) {
          nodes { id databaseId body url submittedAt author { __typename login ... on User { databaseId } } }
        }
      }
    }
  }
}"""

_STANDING: Final = """
query($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on IssueComment { id body lastEditedAt isMinimized reactionGroups { ...ours } }
    ... on PullRequestReview { id body lastEditedAt isMinimized reactionGroups { ...ours } }
  }
}
fragment ours on ReactionGroup { content reactors(first: 100) { nodes { ... on Bot { databaseId } } } }"""

_REACTIONS: Final[dict[str, Reaction]] = {
    "EYES": "eyes",
    "ROCKET": "rocket",
    "CONFUSED": "confused",
    "THUMBS_DOWN": "-1",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A comment, or a submitted review, with the thread it stands in.

    ``author`` is a person; None when it is none: a bot, an App that writes in somebody's name, an account that is gone.
    """

    source: Literal["comment", "review"]
    id: int
    node_id: str
    number: int
    is_pull: bool
    author: Person | None
    said_at: datetime
    body: str
    url: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of something that was said: whether somebody edited or hid it, and how we reacted."""

    body: str
    edited: bool
    hidden: bool
    reactions: frozenset[Reaction]

    @property
    def changed(self) -> bool:
        """Whether it is no more what was said."""
        return self.edited or self.hidden


async def list_comments_since(session: Session, since: datetime) -> list[Said]:
    """The comments of all issues and pull requests that were made since then, the oldest 5,000, oldest first."""
    # Ordered by what ``since`` goes by: a comment that is changed meanwhile moves to a later page, never to an earlier.
    params = {"since": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "sort": "updated", "direction": "asc"}
    listed = session.list("/repos/{repository}/issues/comments", params=params, limit=_MOST_COMMENTS)
    said = [_read_comment(data) async for data in listed]
    return sorted((one for one in said if one.said_at >= since), key=lambda one: one.id)


async def list_reviews_since(session: Session, since: datetime) -> list[Said]:
    """The reviews submitted since then, oldest first: of the last 200 pull requests to change, the newest 30 of each.

    GitHub lists no reviews of a repository; a review changes its pull request, and those are found by that.
    """
    found: list[Said] = []
    after = None
    for _ in range(_MOST_PAGES):
        variables = {"owner": session.owner, "name": session.name, "after": after}
        page = (await session.graphql(_REVIEWS, variables))["repository"]["pullRequests"]
        recent = [pull for pull in page["nodes"] if datetime.fromisoformat(pull["updatedAt"]) >= since]
        found += [said for pull in recent for said in _read_reviews(pull) if said.said_at >= since]
        if len(recent) < len(page["nodes"]) or not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    return sorted(found, key=lambda one: one.said_at)


async def read_standing(session: Session, node_ids: Sequence[str], bot_id: int) -> dict[str, Standing]:
    """What has become of each by its node id; what is gone, or hidden from us, is not there."""
    found = {}
    for some in in_batches(node_ids, 50):
        data = await session.graphql_in_part(_STANDING, {"ids": list(some)})
        # In the order of the question: an old node id that we were given may be answered by a new one.
        for asked, node in zip(some, data["nodes"], strict=True):
            if node:
                found[asked] = _read_standing(node, bot_id)
    return found


def _read_comment(data: dict[str, Any]) -> Said:
    url = str(data["html_url"])
    by_app = data.get("performed_via_github_app") is not None
    return Said(
        source="comment",
        id=int(data["id"]),
        node_id=str(data["node_id"]),
        number=int(str(data["issue_url"]).rpartition("/")[2]),
        is_pull=url.partition("#")[0].split("/")[-2] == "pull",
        author=None if by_app else _read_user(data.get("user")),
        said_at=datetime.fromisoformat(data["created_at"]),
        body=str(data.get("body") or ""),
        url=url,
    )


def _read_user(data: dict[str, Any] | None) -> Person | None:
    return Person(int(data["id"]), str(data["login"])) if data and data.get("type") == "User" else None


def _read_reviews(pull: dict[str, Any]) -> Iterator[Said]:
    for node in pull["reviews"]["nodes"]:
        author, submitted_at = node.get("author") or {}, read_moment(node.get("submittedAt"))
        if submitted_at is None:
            continue
        is_person = author.get("__typename") == "User" and author.get("databaseId") is not None
        yield Said(
            source="review",
            id=int(node["databaseId"]),
            node_id=str(node["id"]),
            number=int(pull["number"]),
            is_pull=True,
            author=Person(int(author["databaseId"]), str(author["login"])) if is_person else None,
            said_at=submitted_at,
            body=str(node.get("body") or ""),
            url=str(node.get("url") or ""),
        )


def _read_standing(node: dict[str, Any], bot_id: int) -> Standing:
    ours = {
        group["content"]
        for group in node.get("reactionGroups") or ()
        if any(one and one.get("databaseId") == bot_id for one in group["reactors"]["nodes"])
    }
    return Standing(
        body=str(node.get("body") or ""),
        edited=node.get("lastEditedAt") is not None,
        hidden=bool(node.get("isMinimized")),
        reactions=frozenset(_REACTIONS[content] for content in ours if content in _REACTIONS),
    )
