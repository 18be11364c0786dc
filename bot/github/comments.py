"""Adapters: comments, reactions, and the conversation of a pull request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.github.client import Session
from bot.github.errors import GraphQLError, Unavailable
from bot.github.facts import Comment
from bot.github.read import read_comment, read_comment_node

Reaction = Literal["eyes", "rocket", "confused", "-1"]

_MOST_PAGES = 3
MOST_COMMENTS = 100 * _MOST_PAGES
"""How many comments of a thread are read from either end."""

_MOST_PAGES_SINCE = 30
"""How many hundreds of the newest comments are read at most where all of them count; a look takes thirty requests then."""

SAID = """
fragment said on IssueCommentConnection {
  pageInfo { hasPreviousPage startCursor }
  nodes {
    id databaseId body url createdAt lastEditedAt isMinimized
    author { __typename login ... on User { databaseId } ... on Bot { databaseId } }
  }
}"""

_CONVERSATION = f"""
query($owner: String!, $name: String!, $number: Int!, $before: String) {{
  repository(owner: $owner, name: $name) {{
    issueOrPullRequest(number: $number) {{
      ... on Issue {{ comments(last: 100, before: $before) {{ ...said }} }}
      ... on PullRequest {{ comments(last: 100, before: $before) {{ ...said }} }}
    }}
  }}
}}{SAID}"""


_DECLINED = {"FORBIDDEN", "NOT_FOUND", "UNPROCESSABLE"}
"""What GitHub says of a mutation that it certainly has not carried out."""

_REACT = """
mutation($input: AddReactionInput!) { addReaction(input: $input) { clientMutationId } }"""


@dataclass(frozen=True, slots=True)
class Thread:
    """What was said, oldest first; ``complete``: nothing that was asked for is missing."""

    comments: tuple[Comment, ...]
    complete: bool


async def list_conversation(session: Session, number: int) -> list[Comment]:
    """The newest 300 comments of an issue or pull request, oldest first; each knows whether it was edited."""
    return list((await _read_thread(session, number, _MOST_PAGES)).comments)


async def get_thread(session: Session, number: int, since: datetime) -> Thread:
    """All comments of an issue or pull request back to ``since``, or the newest 3,000; each knows whether it was edited."""
    return await _read_thread(session, number, _MOST_PAGES_SINCE, since)


async def _read_thread(session: Session, number: int, most_pages: int, since: datetime | None = None) -> Thread:
    found: list[Comment] = []
    before = None
    for _ in range(most_pages):
        variables = {"owner": session.owner, "name": session.name, "number": number, "before": before}
        data = await session.graphql(_CONVERSATION, variables)
        page = data["repository"]["issueOrPullRequest"]["comments"]
        found = [read_comment_node(node) for node in page["nodes"]] + found
        if not page["pageInfo"]["hasPreviousPage"] or (since and found and found[0].created_at < since):
            return Thread(tuple(found), complete=True)
        before = page["pageInfo"]["startCursor"]
    return Thread(tuple(found), complete=False)


async def list_comments(session: Session, number: int) -> list[Comment]:
    """The oldest 300 comments of an issue or pull request; whether they were edited is not known.

    For whoever may not read pull requests: here the permission to read issues is enough.
    """
    listed = session.list("/repos/{repository}/issues/{number}/comments", number=number, limit=MOST_COMMENTS)
    return [read_comment(data) async for data in listed]


async def find_comment(session: Session, comment_id: int) -> Comment | None:
    """The comment as it is now."""
    data = await session.find("/repos/{repository}/issues/comments/{id}", id=comment_id)
    return read_comment(data) if data else None


async def create_comment(session: Session, number: int, body: str) -> Comment:
    """Say ``body`` on an issue or pull request."""
    return read_comment(
        await session.post("/repos/{repository}/issues/{number}/comments", {"body": body}, number=number)
    )


async def edit_comment(session: Session, comment_id: int, body: str) -> None:
    """Replace the text of a comment of ours."""
    await session.patch("/repos/{repository}/issues/comments/{id}", {"body": body}, id=comment_id)


async def react(session: Session, comment_id: int, reaction: Reaction) -> bool:
    """React to a comment; GitHub keeps one of each kind, and repeating it changes nothing. True if it certainly is new."""
    path = "/repos/{repository}/issues/comments/{id}/reactions"
    return await session.ensure(path, {"content": reaction}, id=comment_id)


async def react_to_node(session: Session, node_id: str, reaction: Reaction) -> None:
    """React to what REST has no reactions for, such as a review."""
    await session.graphql(_REACT, {"input": _read_as(node_id, reaction)})


def _read_as(node_id: str, reaction: Reaction) -> dict[str, str]:
    content = {"eyes": "EYES", "rocket": "ROCKET", "confused": "CONFUSED", "-1": "THUMBS_DOWN"}[reaction]
    return {"subjectId": node_id, "content": content}


@dataclass(frozen=True, slots=True)
class Words:
    """What is to be said on the issue or pull request with this node id."""

    thread: str
    body: str


@dataclass(frozen=True, slots=True)
class Reacting:
    """A reaction to the comment or review with this node id."""

    to: str
    reaction: Reaction


async def say_together(
    session: Session, words: Sequence[Words], reacting: Reacting | None
) -> tuple[list[int | None], bool]:
    """Make several comments, and react, in one document; none of them may depend on another.

    Returns:
        The id of each comment that was made, and whether the reaction was: what GitHub has declined was not made.

    Raises:
        Unavailable: nobody knows what of it was done. It is not done again here.
        GitHubError: nothing of it was done.
    """
    variables: dict[str, object] = {
        f"said{i}": {"subjectId": one.thread, "body": one.body} for i, one in enumerate(words)
    }
    parts = [
        f"said{i}: addComment(input: $said{i}) {{ commentEdge {{ node {{ databaseId }} }} }}" for i in range(len(words))
    ]
    declared = [f"$said{i}: AddCommentInput!" for i in range(len(words))]
    if reacting is not None:
        variables["reacting"] = _read_as(reacting.to, reacting.reaction)
        parts.append("reacting: addReaction(input: $reacting) { clientMutationId }")
        declared.append("$reacting: AddReactionInput!")
    document = f"mutation({', '.join(declared)}) {{ {' '.join(parts)} }}"
    try:
        data = await session.graphql(document, variables, effects=len(parts))
    except GraphQLError as error:
        if not error.types <= _DECLINED:
            # It gave up on a part, perhaps: that one may be done all the same.
            raise Unavailable(error.message, error.status, error.method, error.path, ambiguous=True) from error
        data = dict(error.data or {})
    made = [data.get(f"said{i}") for i in range(len(words))]
    ids = [int(one["commentEdge"]["node"]["databaseId"]) if one else None for one in made]
    return ids, data.get("reacting") is not None
